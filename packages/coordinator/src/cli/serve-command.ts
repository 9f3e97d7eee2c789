import { systemClock } from '@binhost/shared/time';
import type { CommandModule } from 'yargs';
import { VERSION } from '../config/version.ts';
import { makeLog } from '../log.ts';
import { type CommandContext, type GlobalArguments, loadConfigFor } from './command-context.ts';
import { runChildProgram } from './run-child-program.ts';

type ServeArguments = GlobalArguments & { all: boolean };

export function serveCommand(context: CommandContext): CommandModule<GlobalArguments, ServeArguments> {
  return {
    command: 'serve',
    describe: 'Run the coordinator: agents, plan, queue, packages, API',
    builder: (yargs) =>
      yargs
        .option('all', {
          type: 'boolean',
          default: false,
          describe: 'Run builder and publisher too, as children of the same user',
        })
        .example('$0 serve', 'with builder and publisher as services of their own')
        .example('$0 serve --all', 'everything by one user, to try it out'),
    handler: async (args) => {
      // Loaded only here: the short commands need neither database nor server.
      const { runCoordinator } = await import('../coordinator.ts');
      const { config, databaseUrl } = loadConfigFor(context, args);
      const log = makeLog(config.log.level);
      const children = args.all ? ['builder', 'publisher'] : [];
      await runCoordinator({
        config,
        isRoot: process.getuid?.() === 0,
        databaseUrl,
        searchPath: context.env['PATH'],
        version: VERSION,
        clock: systemClock,
        log,
        signal: context.signal,
        children: children.map((name) => (signal) => {
          const command = [...context.self, name, '--parent-pipe', ...globalFlags(args)];
          return runChildProgram({ name, command, clock: systemClock, log, signal, random: context.random });
        }),
      });
    },
  };
}

/** The flags that a child must have been given too. */
function globalFlags(args: GlobalArguments): string[] {
  return [
    ...(args.config === undefined ? [] : ['--config', args.config]),
    ...(args['log-level'] === undefined ? [] : ['--log-level', args['log-level']]),
  ];
}
