import type { CommandModule } from 'yargs';
import { coordinatorError } from '../coordinator-errors.ts';
import type { ChoreView, KeyView } from '../status/view-types.ts';
import {
  adminClient,
  type CommandContext,
  type GlobalArguments,
  paintFor,
  printData,
  viewClient,
} from './command-context.ts';
import { commandFamily } from './command-family.ts';
import { type Paint, plain, table } from './print.ts';

type KeyArguments = GlobalArguments & { json: boolean };
type ShowArguments = KeyArguments & { pool: string | undefined };

/** The signing keys: the publisher alone has them, so a rotation is asked of it and waited for. */
export function keyCommand(context: CommandContext): CommandModule<GlobalArguments, GlobalArguments> {
  return commandFamily({
    word: 'key',
    describe: 'Show the signing keys, or have a new one made',
    members: (yargs) => yargs.command(showCommand(context)).command(rotateCommand(context)),
    expected: 'show or rotate',
    examples: [
      ['$0 key show', 'which key signs, and until when'],
      ['$0 key rotate', 'make the next one and tell all nodes'],
    ],
  });
}

const JSON_OPTION = { type: 'boolean', default: false, describe: 'Print JSON' } as const;

function showCommand(context: CommandContext): CommandModule<GlobalArguments, ShowArguments> {
  return {
    command: 'show',
    describe: 'Which keys sign each pool',
    builder: (yargs) =>
      yargs.option('pool', { type: 'string', describe: 'Only this pool' }).option('json', JSON_OPTION),
    handler: async (args) => {
      const all = await viewClient(context, args).get<KeyView[]>('/api/keys');
      const keys = all.filter(({ pool }) => args.pool === undefined || pool === args.pool);
      printData(context, args.json, keys, (data) => keysText(data, paintFor(context)));
    },
  };
}

function rotateCommand(context: CommandContext): CommandModule<GlobalArguments, KeyArguments> {
  return {
    command: 'rotate',
    describe: 'Make the key that signs next; the old one stays, and what it signed stays valid',
    builder: (yargs) => yargs.option('json', JSON_OPTION),
    handler: async (args) => {
      const client = adminClient(context, args);
      const asked = await client.post<ChoreView>('/api/keys/rotate', {});
      // Its log is empty; it ends when the chore does.
      for await (const chunk of await client.stream(`/api/chores/${asked.id}/log`)) context.stdout.write(chunk);
      const chore = await client.get<ChoreView>(`/api/chores/${asked.id}`);
      if (chore.state === 'failed') {
        throw coordinatorError('SIGNING_FAILED', plain(chore.result ?? 'the key was not rotated'), {
          hint: 'The log of the publisher says more.',
        });
      }
      printData(context, args.json, chore, ({ result }) => `${plain(result ?? 'done')}\n`);
    },
  };
}

const USES = { signs: 'signs', 'signs-next': 'signs next', 'signed-before': 'signed before' } as const;

function keysText(keys: readonly KeyView[], paint: Paint): string {
  if (keys.length === 0) return 'no key yet: the publisher makes one at its first start\n';
  const date = (ms: number | null): string => (ms === null ? 'never' : new Date(ms).toISOString().slice(0, 10));
  const rows = keys.map((key) => [
    plain(key.pool),
    key.fingerprint,
    USES[key.use],
    date(key.createdAtMs),
    date(key.expiresAtMs),
  ]);
  return table(['POOL', 'KEY', 'USE', 'MADE', 'EXPIRES'], rows, paint);
}
