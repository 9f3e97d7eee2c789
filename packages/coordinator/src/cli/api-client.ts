import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { BinhostError } from '@binhost/shared/errors';
import { coordinatorError } from '../coordinator-errors.ts';

/** Asks the running coordinator over one of its Unix sockets. */
export interface ApiClient {
  /** @throws SERVER_UNREACHABLE, NOT_ALLOWED, and what the coordinator answers (NOT_FOUND, …) */
  get<T>(path: string): Promise<T>;
  /** @param body sent as JSON @throws as get, and what the coordinator refuses */
  post<T>(path: string, body: object): Promise<T>;
  /** The answer's text as it comes. @throws as get */
  stream(path: string): Promise<AsyncIterable<Buffer>>;
}

/** @param signal ends what is under way */
export function makeApiClient(socketPath: string, signal: AbortSignal): ApiClient {
  const ask = (path: string): Promise<IncomingMessage> => askFor(request({ socketPath, path, signal }), socketPath);
  const tell = (path: string, body: object): Promise<IncomingMessage> => {
    const headers = { 'Content-Type': 'application/json' };
    return askFor(request({ socketPath, path, signal, method: 'POST', headers }), socketPath, JSON.stringify(body));
  };
  return {
    get: async <T>(path: string) => JSON.parse(await readAll(await ask(path))) as T,
    post: async <T>(path: string, body: object) => JSON.parse(await readAll(await tell(path, body))) as T,
    stream: ask,
  };
}

async function askFor(call: ClientRequest, socketPath: string, body?: string): Promise<IncomingMessage> {
  const response = await answerTo(call, socketPath, body);
  if (response.statusCode === 200) return response;
  throw refusal(await readAll(response), response.statusCode ?? 0);
}

function answerTo(call: ClientRequest, socketPath: string, body: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    call.once('response', resolve);
    call.once('error', (cause: NodeJS.ErrnoException) => reject(noAnswer(socketPath, cause)));
    call.end(body);
  });
}

function noAnswer(socketPath: string, cause: NodeJS.ErrnoException): BinhostError {
  if (cause.code === 'EACCES' || cause.code === 'EPERM') {
    return coordinatorError('NOT_ALLOWED', `expected the right to connect to ${socketPath}, got ${cause.code}`, {
      hint: 'Run it as root, or as a member of the group binhost.',
      cause,
    });
  }
  return coordinatorError('SERVER_UNREACHABLE', `no coordinator answers at ${socketPath} (${cause.code})`, {
    hint: 'Start it with binhost-coordinator serve, or name its configuration with --config FILE.',
    cause,
  });
}

function refusal(text: string, status: number): BinhostError {
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string; hint: string | null } };
    return new BinhostError(error.code, error.message, error.hint === null ? {} : { hint: error.hint });
  } catch {
    return coordinatorError('SERVER_UNREACHABLE', `expected an answer of the coordinator, got status ${status}`, {
      hint: 'Is the socket that of another program?',
    });
  }
}

async function readAll(response: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
