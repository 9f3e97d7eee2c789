import { resolve } from 'node:path';
import { BinhostError } from '@binhost/shared/errors';
import { systemClock } from '@binhost/shared/time';
import type { CommandModule } from 'yargs';
import { coordinatorError } from '../coordinator-errors.ts';
import { makeLog } from '../log.ts';
import type { Import } from '../publish/import-packages.ts';
import { adminClient, type CommandContext, type GlobalArguments, loadConfigFor, printData } from './command-context.ts';

type ImportArguments = GlobalArguments & { directory: string; pool: string; json: boolean };

export function importCommand(context: CommandContext): CommandModule<GlobalArguments, ImportArguments> {
  return {
    command: 'import <directory>',
    describe: 'Sign and publish the gpkg packages of a directory, such as an old PKGDIR; it is only read',
    builder: (yargs) =>
      yargs
        .positional('directory', {
          type: 'string',
          demandOption: true,
          describe: 'With *.gpkg.tar files anywhere below it',
        })
        .option('pool', {
          type: 'string',
          requiresArg: true,
          default: 'default',
          describe: 'For the nodes of this pool',
        })
        .option('json', { type: 'boolean', default: false, describe: 'Print one JSON object' })
        .example('$0 import /var/cache/binpkgs', 'what the binhost built before') as never,
    handler: async (args) => {
      // Whoever may not change anything, or finds no coordinator, is told so before anything is copied.
      await adminClient(context, args).get('/health');
      // Loaded only here: the short commands need no database.
      const { runImport } = await import('../import-process.ts');
      const { config, databaseUrl } = loadConfigFor(context, args);
      const parts = { config, databaseUrl, clock: systemClock, log: makeLog('error') };
      const imported = await runImport({ ...parts, directory: resolve(args.directory), pool: args.pool }).catch(
        (error: unknown) => {
          throw fileError(error) ?? error;
        },
      );
      printData(context, args.json, imported, importText);
    },
  };
}

/** What the file system refused, in words; undefined: it was something else. */
function fileError(cause: unknown): BinhostError | undefined {
  if (cause instanceof BinhostError || !(cause instanceof Error) || !('syscall' in cause)) return undefined;
  return coordinatorError('NOT_ALLOWED', `expected to read the directory and to write to staging: ${cause.message}`, {
    hint: 'Run it as root, or as the user of the publisher.',
    cause,
  });
}

function importText({ packages }: Import): string {
  const what = packages === 1 ? 'one package is' : `${packages} packages are`;
  return `${what} handed to the publisher, whose log names what it leaves out\n`;
}
