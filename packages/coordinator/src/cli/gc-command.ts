import { parseDuration } from '@binhost/shared/time';
import type { CommandModule } from 'yargs';
import { coordinatorError } from '../coordinator-errors.ts';
import type { GarbageView } from '../status/view-types.ts';
import { type CommandContext, type GlobalArguments, paintFor, printData, viewClient } from './command-context.ts';
import { type Paint, plain, table } from './print.ts';

type GcArguments = GlobalArguments & { 'dry-run': boolean; keep: number; json: boolean };

export function gcCommand(context: CommandContext): CommandModule<GlobalArguments, GcArguments> {
  return {
    command: 'gc',
    describe: 'List the published packages that nobody needs any more; this release removes none',
    builder: (yargs) =>
      yargs
        .option('dry-run', { type: 'boolean', default: false, describe: 'Needed, as long as nothing is removed' })
        .option('keep', {
          type: 'string',
          requiresArg: true,
          default: '30d',
          coerce: keepTime,
          describe: 'A package stays for this long, whoever wishes for it',
        })
        .option('json', { type: 'boolean', default: false, describe: 'Print one JSON document' })
        .example('$0 gc --dry-run', 'what could go, with the reason') as never,
    handler: async (args) => {
      if (!args['dry-run']) {
        throw coordinatorError('WRONG_USE', 'expected --dry-run: this release removes no packages', {
          hint: 'See binhost-coordinator gc --help.',
        });
      }
      const garbage = await viewClient(context, args).get<GarbageView[]>(`/api/garbage?keepMs=${args.keep}`);
      printData(context, args.json, garbage, (data) => garbageText(data, paintFor(context)));
    },
  };
}

function keepTime(value: unknown): number {
  const ms = parseDuration(String(value));
  if (ms !== undefined) return ms;
  throw coordinatorError('WRONG_USE', `--keep: expected a time such as 30d, got '${String(value)}'`);
}

const MIB = 1024 * 1024;

export function garbageText(garbage: GarbageView[], paint: Paint): string {
  if (garbage.length === 0) return 'Nothing could go.\n';
  const rows = garbage.map(({ pool, path, size, why }) => [pool, plain(path), (size / MIB).toFixed(1), why]);
  const total = garbage.reduce((sum, { size }) => sum + size, 0);
  const count = `${garbage.length} packages, ${(total / MIB).toFixed(1)} MiB, could go; nothing was removed.\n`;
  return `${table(['POOL', 'FILE', 'MIB', 'WHY'], rows, paint)}\n${count}`;
}
