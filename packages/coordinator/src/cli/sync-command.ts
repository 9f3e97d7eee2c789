import type { CommandModule } from 'yargs';
import { coordinatorError } from '../coordinator-errors.ts';
import type { ChoreView } from '../status/view-types.ts';
import type { ApiClient } from './api-client.ts';
import { adminClient, type CommandContext, type GlobalArguments, printData, printLog } from './command-context.ts';
import { plain } from './print.ts';

type SyncArguments = GlobalArguments & { wait: boolean; json: boolean };

export function syncCommand(context: CommandContext): CommandModule<GlobalArguments, SyncArguments> {
  return {
    command: 'sync',
    describe: "Sync the binhost's ebuild repositories, fetch sources ahead, and have all nodes look",
    builder: (yargs) =>
      yargs
        .option('wait', { type: 'boolean', default: true, describe: 'Show its output and wait for its end' })
        .option('json', { type: 'boolean', default: false, describe: 'Print the chore as one JSON object, no output' })
        .example('$0 sync', 'what sync.schedule does by itself')
        .example('$0 sync --no-wait', 'only ask for it'),
    handler: async (args) => {
      const client = adminClient(context, args);
      const asked = await client.post<ChoreView>('/api/sync', {});
      const chore = args.wait ? await untilEnd(context, client, { id: asked.id, isQuiet: args.json }) : asked;
      if (!chore) return;
      if (chore.state === 'failed') {
        throw coordinatorError('PORTAGE_FAILED', plain(chore.result ?? 'the sync failed'), {
          hint: `Its log is chore-${chore.id}.log in paths.logs; sync.command names the command.`,
        });
      }
      printData(context, args.json, chore, syncText);
    },
  };
}

async function untilEnd(
  context: CommandContext,
  client: ApiClient,
  { id, isQuiet }: { id: number; isQuiet: boolean },
): Promise<ChoreView | undefined> {
  try {
    const log = await client.stream(`/api/chores/${id}/log`);
    await printLog(isQuiet ? { stdout: { write: () => true } } : context, log);
  } catch (error) {
    // Ctrl-C ends the watching, not the sync.
    if (context.signal.aborted) return undefined;
    throw error;
  }
  return client.get<ChoreView>(`/api/chores/${id}`);
}

function syncText({ id, state, result }: ChoreView): string {
  if (state === 'done') return `${plain(result ?? 'done')}\n`;
  return `chore ${id}: the sync is ${state === 'asked' ? 'asked for; a builder does it' : 'running'}\n`;
}
