import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { BinhostError } from '@binhost/shared/errors';
import type { Report } from '@binhost/shared/protocol';
import { agentError } from '../agent-errors.ts';
import type { AgentStatus } from './agent-status.ts';

/**
 * The agent's two sockets, plain HTTP on Unix sockets; who may use them is said by their permissions.
 *
 * status.sock 0666   GET  /status → 200 AgentStatus
 *                    GET  /report → 200 the newest report since the start; 404 there is none
 *                    GET  /log?atom=ATOM[&follow=1] → 200 the build's log as text; 502 {"message","hint"}
 * control.sock 0600  POST /look[?reason=TEXT] → 202 {"asked":true}; the look follows as soon as none runs
 */
export interface SocketParts {
  directory: string;
  status: () => AgentStatus;
  lastReport: () => Report | null;
  /** @throws BinhostError with what to do */
  log: (request: { atom: string; follow: boolean; signal: AbortSignal }) => Promise<Readable>;
  /** Somebody asked for a look. */
  look: (reason: string) => void;
}

export const STATUS_SOCKET = 'status.sock';
export const CONTROL_SOCKET = 'control.sock';

/** @throws RUN_DIRECTORY_UNUSABLE, ALREADY_RUNNING */
export async function openSockets(parts: SocketParts): Promise<{ close(): Promise<void> }> {
  const { directory } = parts;
  makeDirectory(directory);
  const onStatus = route({
    'GET /status': (_query, response) => answer(response, 200, parts.status()),
    'GET /report': (_query, response) => {
      const report = parts.lastReport();
      answer(response, report ? 200 : 404, report ?? { message: 'there was no look since the agent started' });
    },
    'GET /log': (query, response) => void sendLog(query, response, parts),
  });
  const onControl = route({
    'POST /look': (query, response) => {
      parts.look(reasonIn(query));
      answer(response, 202, { asked: true });
    },
  });
  const servers: Server[] = [];
  try {
    servers.push(await listen(join(directory, STATUS_SOCKET), 0o666, onStatus));
    servers.push(await listen(join(directory, CONTROL_SOCKET), 0o600, onControl));
  } catch (error) {
    await closeAll(servers);
    throw error;
  }
  return { close: () => closeAll(servers) };
}

type Routes = Record<string, (query: URLSearchParams, response: ServerResponse) => void>;

function route(routes: Routes): RequestListener {
  return (request, response) => {
    request.resume();
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://agent');
    const found = routes[`${request.method} ${pathname}`];
    if (found) return found(searchParams, response);
    const message = `expected one of ${Object.keys(routes).join(', ')}, got ${request.method} ${pathname}`;
    answer(response, 404, { message });
  };
}

function answer(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

/** A word of who asks, for the log and `status`. */
function reasonIn(query: URLSearchParams): string {
  const reason = (query.get('reason') ?? '').replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
  return reason.slice(0, 100) || 'asked on this node';
}

async function sendLog(query: URLSearchParams, response: ServerResponse, { log }: SocketParts): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    const follow = query.get('follow') === '1';
    const text = await log({ atom: query.get('atom') ?? '', follow, signal: gone.signal });
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
    text.on('error', () => response.destroy());
    text.pipe(response);
  } catch (error) {
    if (!(error instanceof BinhostError)) throw error;
    answer(response, 502, { code: error.code, message: error.message, hint: error.hint });
  }
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o755 });
  } catch (cause) {
    throw unusable(directory, cause);
  }
}

async function listen(path: string, mode: number, onRequest: RequestListener): Promise<Server> {
  // The limit of sockaddr_un; beyond it the kernel's message names neither the path nor the reason.
  if (Buffer.byteLength(path) > 107) throw unusable(path, new Error('a path of at most 107 bytes is possible'));
  if (await answers(path)) {
    throw agentError('ALREADY_RUNNING', `expected to be the only agent at ${path}, another one answers there`, {
      hint: 'Stop it, or give this one its own paths.run and paths.state.',
    });
  }
  const server = createServer(onRequest);
  try {
    rmSync(path, { force: true });
    await bind(server, path);
    chmodSync(path, mode);
  } catch (cause) {
    throw unusable(path, cause);
  }
  return server;
}

/** Nobody else may connect between the socket's birth and its chmod; the socket is born before listen() returns. */
async function bind(server: Server, path: string): Promise<void> {
  const failed = new Promise<never>((_resolve, reject) => server.once('error', reject));
  const listening = new Promise<void>((resolve) => server.once('listening', resolve));
  const umask = process.umask(0o177);
  try {
    server.listen(path);
  } finally {
    process.umask(umask);
  }
  await Promise.race([listening, failed]);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

function unusable(path: string, cause: unknown) {
  return agentError('RUN_DIRECTORY_UNUSABLE', `expected to make a socket at ${path}: ${(cause as Error).message}`, {
    hint: 'Correct paths.run, or let the user that runs the agent write there.',
    cause,
  });
}
