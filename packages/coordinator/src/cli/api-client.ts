import { type ClientRequest, type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { BinhostError } from '@binhost/shared/errors';
import { COORDINATOR_SERVER_NAME } from '@binhost/shared/trust';
import type { RemoteDoor } from '../config/remote-door.ts';
import { coordinatorError } from '../coordinator-errors.ts';
import { pinnedCa } from './pinned-ca.ts';

/** Where a coordinator is asked: over one of its Unix sockets, or at its control listener. */
export type ApiDoor = { socketPath: string } | RemoteDoor;

/** Asks the running coordinator. */
export interface ApiClient {
  /** @throws SERVER_UNREACHABLE, NOT_ALLOWED, and what the coordinator answers (NOT_FOUND, …) */
  get<T>(path: string): Promise<T>;
  /** @param body sent as JSON @throws as get, and what the coordinator refuses */
  post<T>(path: string, body: object): Promise<T>;
  /** The answer's text as it comes. @throws as get */
  stream(path: string): Promise<AsyncIterable<Buffer>>;
}

interface CallOptions extends Pick<RequestOptions, 'method' | 'signal'> {
  path: string;
  headers?: Record<string, string>;
  /** PEM; undefined: the system's list of CAs decides. */
  ca: string | undefined;
}

/** @param signal ends what is under way */
export function makeApiClient(door: ApiDoor, signal: AbortSignal): ApiClient {
  let ca: Promise<string> | undefined;
  // Once per command: a call over TLS is verified by the CA of the file, or by that which fits the pin.
  const findCa = async (): Promise<string | undefined> => {
    if ('socketPath' in door || door.pin === undefined) return 'ca' in door ? door.ca : undefined;
    ca ??= pinnedCa(new URL(door.url), door.pin, signal);
    return ca;
  };
  const ask = async (path: string): Promise<IncomingMessage> =>
    askFor(openCall(door, { path, signal, ca: await findCa() }), door);
  const tell = async (path: string, body: object): Promise<IncomingMessage> => {
    const headers = { 'Content-Type': 'application/json' };
    const options = { path, signal, method: 'POST', headers, ca: await findCa() };
    return askFor(openCall(door, options), door, JSON.stringify(body));
  };
  return {
    get: async <T>(path: string) => JSON.parse(await readAll(await ask(path))) as T,
    post: async <T>(path: string, body: object) => JSON.parse(await readAll(await tell(path, body))) as T,
    stream: ask,
  };
}

function openCall(door: ApiDoor, { ca, ...options }: CallOptions): ClientRequest {
  if ('socketPath' in door) return plainRequest({ ...options, socketPath: door.socketPath });
  const headers = { ...options.headers, Authorization: `Bearer ${door.token}` };
  const url = new URL(options.path, door.url);
  if (url.protocol === 'http:') return plainRequest(url, { ...options, headers });
  const trust = ca === undefined ? {} : { ca, checkServerIdentity: isCoordinators };
  return tlsRequest(url, { ...options, headers, minVersion: 'TLSv1.3', ...trust });
}

/** A certificate that a coordinator made for itself, or one for its address. @returns why it is neither */
function isCoordinators(host: string, certificate: PeerCertificate): Error | undefined {
  return checkServerIdentity(COORDINATOR_SERVER_NAME, certificate) && checkServerIdentity(host, certificate);
}

async function askFor(call: ClientRequest, door: ApiDoor, body?: string): Promise<IncomingMessage> {
  const response = await answerTo(call, door, body);
  if (response.statusCode === 200) return response;
  throw refusal(await readAll(response), response.statusCode ?? 0);
}

function answerTo(call: ClientRequest, door: ApiDoor, body: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    call.once('response', resolve);
    call.once('error', (cause: NodeJS.ErrnoException) => reject(noAnswer(door, cause)));
    call.end(body);
  });
}

function noAnswer(door: ApiDoor, cause: NodeJS.ErrnoException): BinhostError {
  if (!('socketPath' in door)) {
    // A certificate that does not fit has a code of its own for each way in which it does not.
    const message = `no coordinator that may be trusted answers at ${door.url} (${cause.code}): ${cause.message}`;
    const hint =
      'client.ca or client.pin says by which CA it is known; is client.url right, and the coordinator running?';
    return coordinatorError('SERVER_UNREACHABLE', message, { hint, cause });
  }
  const { socketPath } = door;
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
      hint: 'Is it another program that answers there?',
    });
  }
}

async function readAll(response: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
