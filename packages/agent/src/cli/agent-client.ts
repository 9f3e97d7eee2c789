import { type IncomingMessage, request } from 'node:http';
import type { Report } from '@binhost/shared/protocol';
import { terminalStream } from '@binhost/shared/terminal';
import { agentError } from '../agent-errors.ts';
import type { AgentStatus } from '../status/agent-status.ts';
import type { CommandContext } from './command-context.ts';

/**
 * Asks the running agent over one of its sockets.
 *
 * @returns the JSON of its answer @throws NOT_RUNNING, NOT_ALLOWED, BAD_ANSWER
 */
export async function askAgent(socketPath: string, method: 'GET' | 'POST', path: string): Promise<unknown> {
  const { code, body } = await send(socketPath, method, path).catch((cause: NodeJS.ErrnoException) => {
    throw unreachable(socketPath, cause);
  });
  try {
    if (code >= 200 && code < 300) return JSON.parse(body);
  } catch {
    // Said below.
  }
  throw agentError('BAD_ANSWER', `${socketPath}: expected an answer to ${method} ${path}, got HTTP ${code}`, {
    hint: 'The running agent may be of another version: restart it.',
  });
}

/** @throws NOT_RUNNING, NOT_ALLOWED, BAD_ANSWER */
export async function askStatus(socketPath: string): Promise<AgentStatus> {
  return decodeStatus(await askAgent(socketPath, 'GET', '/status'));
}

/** The newest report since the agent started; null: there was no look. @throws NOT_RUNNING, NOT_ALLOWED */
export async function askLastReport(socketPath: string): Promise<Report | null> {
  const { code, body } = await send(socketPath, 'GET', '/report').catch((cause: NodeJS.ErrnoException) => {
    throw unreachable(socketPath, cause);
  });
  return code === 200 ? (JSON.parse(body) as Report) : null;
}

/**
 * Prints what the agent sends as text, as it comes, until it ends or the signal.
 *
 * @throws NOT_RUNNING, NOT_ALLOWED, LOG_UNAVAILABLE with the agent's own words
 */
export async function streamFromAgent(
  socketPath: string,
  path: string,
  { print, signal }: Pick<CommandContext, 'print' | 'signal'>,
): Promise<void> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ socketPath, path, signal }, resolve).on('error', reject).end();
  }).catch((cause: NodeJS.ErrnoException) => {
    throw unreachable(socketPath, cause);
  });
  const isText = response.statusCode === 200;
  let refusal = '';
  const shown = terminalStream();
  response.setEncoding('utf8');
  try {
    for await (const chunk of response as AsyncIterable<string>) {
      if (isText) print(shown(chunk));
      else refusal += chunk;
    }
  } catch (cause) {
    if (!signal.aborted) throw agentError('LOG_UNAVAILABLE', 'the log ended in the middle', { cause });
  }
  if (isText) return;
  const { message, hint } = JSON.parse(refusal) as { message: string; hint?: string };
  throw agentError('LOG_UNAVAILABLE', message, hint === undefined ? {} : { hint });
}

function send(socketPath: string, method: string, path: string): Promise<{ code: number; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, method, path, timeout: ANSWER_LIMIT_MS }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ code: response.statusCode ?? 0, body }));
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${ANSWER_LIMIT_MS / 1000} s`)));
    outgoing.on('error', reject);
    outgoing.end();
  });
}

const ANSWER_LIMIT_MS = 10_000;

function unreachable(socketPath: string, cause: NodeJS.ErrnoException) {
  if (cause.code === 'EACCES' || cause.code === 'EPERM') {
    return agentError('NOT_ALLOWED', `${socketPath}: this user may not ask the agent for that`, {
      hint: 'Use the user that runs the agent, most often root.',
      cause,
    });
  }
  const isAbsent = cause.code === 'ENOENT' || cause.code === 'ECONNREFUSED';
  const why = isAbsent ? 'nobody answers there' : cause.message;
  return agentError('NOT_RUNNING', `expected a running agent at ${socketPath}: ${why}`, {
    hint: 'Start it (rc-service binhost-agent start), or name its configuration with --config FILE.',
    cause,
  });
}

function decodeStatus(value: unknown): AgentStatus {
  const status = value as Partial<AgentStatus> | null;
  if (status?.link && status.nextLook) return status as AgentStatus;
  throw agentError('BAD_ANSWER', 'expected the status of an agent, got something else', {
    hint: 'The running agent may be of another version: restart it.',
  });
}
