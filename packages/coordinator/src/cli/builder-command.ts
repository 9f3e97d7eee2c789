import { systemClock } from '@binhost/shared/time';
import type { CommandModule } from 'yargs';
import { makeLog } from '../log.ts';
import { type CommandContext, type GlobalArguments, loadConfigFor } from './command-context.ts';
import { runWorker, type WorkerArguments, workerOptions } from './worker-arguments.ts';

export function builderCommand(context: CommandContext): CommandModule<GlobalArguments, WorkerArguments> {
  return {
    command: 'builder',
    describe: 'Run a builder: makes queued builds in throw-away roots (build.mode: overlay needs root)',
    builder: (yargs) => workerOptions(yargs).example('$0 builder', 'in the foreground; OpenRC puts it behind'),
    handler: async (args) => {
      // Loaded only here: the short commands need neither database nor server.
      const { runBuilderProcess } = await import('../builder-process.ts');
      const { config, databaseUrl, secretPaths: hidden } = loadConfigFor(context, args);
      const log = makeLog(config.log.level);
      const stdin = args['parent-pipe'] ? context.stdin : undefined;
      await runWorker({ signal: context.signal, stdin }, (signal) =>
        runBuilderProcess({ config, databaseUrl, hidden, clock: systemClock, log, signal }),
      );
    },
  };
}
