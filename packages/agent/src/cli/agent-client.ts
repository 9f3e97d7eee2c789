import { request } from 'node:http';
import { agentError } from '../agent-errors.ts';

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
