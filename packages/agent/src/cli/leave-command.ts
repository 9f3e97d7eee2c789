import { errorSentence } from '@binhost/shared/errors';
import { systemClock } from '@binhost/shared/time';
import { loadAgentConfig } from '../config/load-agent-config.ts';
import { leaveNode } from '../join/leave.ts';
import { tellCoordinator } from '../join/tell-coordinator.ts';
import { type CommandContext, type ConfigOption, EXIT } from './command-context.ts';
import { failureStatus } from './failure-status.ts';
import { confirmed } from './join-command.ts';

/** `leave`: undoes what join did. Exit status: 0 it is undone, or there was nothing; 1 it is not. */
export async function leaveCommand(
  args: ConfigOption & { dryRun: boolean; yes: boolean },
  context: CommandContext,
): Promise<number> {
  const { print, warn, signal } = context;
  let isRefused = false;
  try {
    const config = loadAgentConfig({ file: args.config, env: context.env, mayBeMissing: true });
    await leaveNode(
      { dryRun: args.dryRun },
      {
        config,
        clock: systemClock,
        signal,
        print,
        confirm: async () => {
          const isMeant = await confirmed(args.yes, context);
          isRefused = !isMeant;
          return isMeant;
        },
        tellCoordinator: async (record) => {
          try {
            await tellCoordinator(record, { config, clock: systemClock, signal });
            print('done   the coordinator knows it\n');
          } catch (error) {
            warn(`binhost-agent: ${errorSentence(error)}\n  The coordinator does not know that this node has left: `);
            warn(`binhost-coordinator node revoke ${record.nodeName} tells it.\n`);
          }
        },
      },
    );
    return isRefused ? EXIT.failed : EXIT.done;
  } catch (error) {
    return failureStatus(error, context);
  }
}
