import { systemClock } from '@binhost/shared/time';
import type { CommandModule } from 'yargs';
import { makeLog } from '../log.ts';
import { type CommandContext, type GlobalArguments, loadConfigFor } from './command-context.ts';
import { runWorker, type WorkerArguments, workerOptions } from './worker-arguments.ts';

export function publisherCommand(context: CommandContext): CommandModule<GlobalArguments, WorkerArguments> {
  return {
    command: 'publisher',
    describe: 'Run the publisher: checks, signs and publishes what builders hand over',
    builder: (yargs) => workerOptions(yargs).example('$0 publisher', 'in the foreground; OpenRC puts it behind'),
    handler: async (args) => {
      // Loaded only here: the short commands need neither database nor server.
      const { runPublisherProcess } = await import('../publisher-process.ts');
      const { config, databaseUrl } = loadConfigFor(context, args);
      const log = makeLog(config.log.level);
      const stdin = args['parent-pipe'] ? context.stdin : undefined;
      await runWorker({ signal: context.signal, stdin }, (signal) =>
        runPublisherProcess({ config, databaseUrl, clock: systemClock, log, signal }),
      );
    },
  };
}
