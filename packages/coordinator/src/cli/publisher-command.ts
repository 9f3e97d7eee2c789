import { systemClock } from '@binhost/shared/time';
import type { CommandModule } from 'yargs';
import { makeLog } from '../log.ts';
import { type CommandContext, type GlobalArguments, loadConfigFor } from './command-context.ts';
import { type WorkerArguments, withParent, workerOptions } from './worker-arguments.ts';

export function publisherCommand(context: CommandContext): CommandModule<GlobalArguments, WorkerArguments> {
  return {
    command: 'publisher',
    describe: 'Run the publisher: checks, signs and publishes what builders hand over',
    builder: (yargs) => workerOptions(yargs).example('$0 publisher', 'in the foreground; OpenRC puts it behind'),
    handler: async (args) => {
      // Loaded only here: the short commands need neither database nor server.
      const { runPublisherProcess } = await import('../publisher-process.ts');
      const { config, databaseUrl } = loadConfigFor(context, args);
      await runPublisherProcess({
        config,
        databaseUrl,
        clock: systemClock,
        log: makeLog(config.log.level),
        signal: withParent(context.signal, args['parent-pipe'] ? context.stdin : undefined),
      });
    },
  };
}
