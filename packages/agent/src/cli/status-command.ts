import { join } from 'node:path';
import { loadAgentConfig } from '../config/load-agent-config.ts';
import { statusExitCode } from '../status/agent-status.ts';
import { STATUS_SOCKET } from '../status/status-socket.ts';
import { askStatus } from './agent-client.ts';
import type { CommandContext, ConfigOption } from './command-context.ts';
import { failureStatus } from './failure-status.ts';
import { jsonLine } from './print.ts';
import { statusText } from './status-text.ts';

/** `status`: asks the running agent. Exit status: see statusExitCode; 3 where no agent answers. */
export async function statusCommand(args: ConfigOption & { json: boolean }, context: CommandContext): Promise<number> {
  try {
    const config = loadAgentConfig({ file: args.config, env: context.env });
    const status = await askStatus(join(config.paths.run, STATUS_SOCKET));
    context.print(args.json ? jsonLine(status) : statusText(status));
    return statusExitCode(status);
  } catch (error) {
    return failureStatus(error, context);
  }
}
