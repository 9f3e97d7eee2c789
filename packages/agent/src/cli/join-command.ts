import { systemClock } from '@binhost/shared/time';
import { agentError } from '../agent-errors.ts';
import { configFileOf, loadAgentConfig } from '../config/load-agent-config.ts';
import { joinNode } from '../join/join.ts';
import type { JoinStepName } from '../join/join-step-names.ts';
import { type CommandContext, type ConfigOption, EXIT } from './command-context.ts';
import { failureStatus } from './failure-status.ts';

export interface JoinArguments extends ConfigOption {
  token: string;
  dryRun: boolean;
  yes: boolean;
  skip: readonly JoinStepName[];
}

/** `join TOKEN`: makes this machine a node. Exit status: 0 it is one and that is proven (or a dry run), 1 it is not. */
export async function joinCommand(args: JoinArguments, context: CommandContext): Promise<number> {
  const { token, dryRun, skip } = args;
  const load = () => loadAgentConfig({ file: args.config, env: context.env, mayBeMissing: true });
  try {
    const hasJoined = await joinNode(
      token,
      { dryRun, skip },
      {
        config: load(),
        configFile: configFileOf({ file: args.config, env: context.env }),
        reload: load,
        searchPath: context.env['PATH'] ?? '',
        clock: systemClock,
        signal: context.signal,
        print: context.print,
        confirm: () => confirmed(args.yes, context),
      },
    );
    return hasJoined || dryRun ? EXIT.done : EXIT.failed;
  } catch (error) {
    return failureStatus(error, context);
  }
}

/** @throws JOIN_FAILED where nobody can be asked */
export async function confirmed(isYes: boolean, { askYesNo }: CommandContext): Promise<boolean> {
  if (isYes) return true;
  const answer = await askYesNo('Do that?');
  if (answer !== undefined) return answer;
  throw agentError('JOIN_FAILED', 'expected somebody at a terminal who says yes, found no terminal', {
    hint: 'Add --yes where that is meant, or --dry-run to see only what would change.',
  });
}
