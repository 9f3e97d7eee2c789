import { join } from 'node:path';
import { loadAgentConfig } from '../config/load-agent-config.ts';
import { STATUS_SOCKET } from '../status/status-socket.ts';
import { streamFromAgent } from './agent-client.ts';
import { type CommandContext, type ConfigOption, EXIT } from './command-context.ts';
import { failureStatus } from './failure-status.ts';

/** `log ATOM [-f]`: the coordinator's log of the build that serves the package, through the running agent. */
export async function logCommand(
  args: ConfigOption & { atom: string; follow: boolean },
  context: CommandContext,
): Promise<number> {
  try {
    const { paths } = loadAgentConfig({ file: args.config, env: context.env });
    const query = new URLSearchParams({ atom: args.atom, ...(args.follow && { follow: '1' }) });
    await streamFromAgent(join(paths.run, STATUS_SOCKET), `/log?${query}`, context);
    return EXIT.done;
  } catch (error) {
    return failureStatus(error, context);
  }
}
