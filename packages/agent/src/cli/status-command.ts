import { join } from 'node:path';
import { agentError } from '../agent-errors.ts';
import { loadAgentConfig } from '../config/load-agent-config.ts';
import { type AgentStatus, statusExitCode } from '../status/agent-status.ts';
import { STATUS_SOCKET } from '../status/status-socket.ts';
import { askAgent } from './agent-client.ts';
import type { CommandContext, ConfigOption } from './command-context.ts';
import { failureStatus } from './failure-status.ts';
import { jsonLine } from './print.ts';
import { statusText } from './status-text.ts';

/** `status`: asks the running agent. Exit status: see statusExitCode; 3 where no agent answers. */
export async function statusCommand(args: ConfigOption & { json: boolean }, context: CommandContext): Promise<number> {
  try {
    const config = loadAgentConfig({ file: args.config, env: context.env });
    const status = decodeStatus(await askAgent(join(config.paths.run, STATUS_SOCKET), 'GET', '/status'));
    context.print(args.json ? jsonLine(status) : statusText(status));
    return statusExitCode(status);
  } catch (error) {
    return failureStatus(error, context);
  }
}

function decodeStatus(value: unknown): AgentStatus {
  const status = value as Partial<AgentStatus> | null;
  if (status?.link && status.nextLook) return status as AgentStatus;
  throw agentError('BAD_ANSWER', 'expected the status of an agent, got something else', {
    hint: 'The running agent may be of another version: restart it.',
  });
}
