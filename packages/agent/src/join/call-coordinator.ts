import { X509Certificate } from 'node:crypto';
import { request as plainRequest, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { isIP } from 'node:net';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { PIN_SYSTEM } from '@binhost/shared/join';
import { type JoinAnswer, type JoinRequest, joinAnswer } from '@binhost/shared/protocol';
import { COORDINATOR_SERVER_NAME } from '@binhost/shared/trust';
import { agentError } from '../agent-errors.ts';
import { judgeChain } from './judge-chain.ts';

/** The coordinator as join and leave call it, before and beside the link. */
export interface CoordinatorDoor {
  /** `wss://binhost:8443` */
  address: string;
  /** Its CA as PEM; undefined: the certificates that the system knows. */
  ca: string | undefined;
  timeLimitMs: number;
  signal: AbortSignal;
}

/**
 * Shakes hands and hangs up: what the server shows is held against the pin, and nothing is sent to it.
 *
 * @returns the CA as PEM; undefined where the pin is `system`
 * @throws JOIN_FAILED where nobody answers, JOIN_WRONG_PIN with both fingerprints
 */
export async function learnCa(door: Omit<CoordinatorDoor, 'ca'>, pin: string): Promise<string | undefined> {
  if (pin === PIN_SYSTEM) return undefined;
  const verdict = judgeChain(await shownChain(door), pin);
  if (verdict.good) return verdict.ca;
  throw agentError('JOIN_WRONG_PIN', `${door.address}: ${verdict.reason}; nothing was sent to it`, {
    hint: 'Something else answers there, or the coordinator has a new CA: make a new token on the binhost itself.',
  });
}

function shownChain({ address, timeLimitMs, signal }: Omit<CoordinatorDoor, 'ca'>): Promise<X509Certificate[]> {
  const { host, port } = placeOf(address);
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      socket.destroy();
      reject(unreachable(address, why));
    };
    // Verified by hand against the pin: no authority that the system knows has signed it.
    const socket: TLSSocket = connect({
      host,
      port,
      servername: COORDINATOR_SERVER_NAME,
      rejectUnauthorized: false,
      timeout: timeLimitMs,
    });
    socket.once('timeout', () => fail(`no answer within ${timeLimitMs / 1000} s`));
    signal.addEventListener('abort', () => fail('it was stopped'), { once: true });
    socket.once('error', (error) => fail(error.message));
    socket.once('secureConnect', () => {
      const chain = chainOf(socket.getPeerCertificate(true));
      socket.destroy();
      resolve(chain);
    });
  });
}

/** Node hands the chain out as a list that ends in itself. */
function chainOf(leaf: ReturnType<TLSSocket['getPeerCertificate']>): X509Certificate[] {
  const chain: X509Certificate[] = [];
  const seen = new Set<string>();
  let each: PeerCertificate & { issuerCertificate?: PeerCertificate } = leaf;
  while (each?.raw && !seen.has(each.fingerprint256)) {
    seen.add(each.fingerprint256);
    chain.push(new X509Certificate(each.raw));
    each = each.issuerCertificate as PeerCertificate;
  }
  return chain;
}

/** @throws JOIN_FAILED with the coordinator's own words where it refuses */
export async function askToJoin(door: CoordinatorDoor, request: JoinRequest): Promise<JoinAnswer> {
  const answer = joinAnswer.safeParse(await post(door, 'join', request));
  if (answer.success) return answer.data;
  throw agentError('JOIN_FAILED', `${door.address}: expected an answer to the join, got something else`, {
    hint: 'Install the same release on the binhost and on this node.',
  });
}

/** POST of JSON to the control listener, fully verified. @returns the answer's JSON @throws JOIN_FAILED */
export async function post(door: CoordinatorDoor, route: string, body: object): Promise<unknown> {
  const { code, text } = await send(door, route, JSON.stringify(body)).catch((error: Error) => {
    throw unreachable(door.address, error.message);
  });
  try {
    const answer = JSON.parse(text) as { error?: { message?: string; hint?: string | null } };
    if (code === 200) return answer;
    if (answer.error?.message) {
      const { message, hint } = answer.error;
      throw agentError('JOIN_FAILED', `the coordinator refused: ${message}`, hint ? { hint } : {});
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw agentError('JOIN_FAILED', `${door.address}: expected a coordinator, got HTTP ${code}`, {
    hint: 'See that the address of the token leads to the control listener; control.url on the binhost says it.',
  });
}

/** Far more than an answer with a few keys has. */
const MAX_ANSWER_BYTES = 512 * 1024;

function send(door: CoordinatorDoor, route: string, body: string): Promise<{ code: number; text: string }> {
  const { host, port, path, isTls } = placeOf(door.address);
  const trust = door.ca === undefined ? {} : { ca: [door.ca], servername: COORDINATOR_SERVER_NAME };
  const options: RequestOptions = {
    host,
    port,
    path: `${path}/${route}`,
    method: 'POST',
    timeout: door.timeLimitMs,
    signal: door.signal,
    agent: false,
    headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) },
    ...(isTls && { ...(isIP(host) ? {} : { servername: host }), ...trust }),
  };
  return new Promise((resolve, reject) => {
    const call = (isTls ? tlsRequest : plainRequest)(options, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_ANSWER_BYTES) call.destroy(new Error(`an answer of more than ${MAX_ANSWER_BYTES} bytes`));
        else chunks.push(chunk);
      });
      response.once('error', reject);
      response.once('end', () => resolve({ code: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    call.once('timeout', () => call.destroy(new Error(`no answer within ${door.timeLimitMs / 1000} s`)));
    call.once('error', reject);
    call.end(body);
  });
}

/** `wss://proxy/binhost` → the path of its routes is `/binhost`. */
function placeOf(address: string) {
  const { hostname, port, pathname, protocol } = new URL(address);
  const isTls = protocol === 'wss:';
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (isTls ? 443 : 80),
    path: pathname.replace(/\/+$/, '').replace(/\/agent$/, ''),
    isTls,
  };
}

function unreachable(address: string, why: string) {
  return agentError('JOIN_FAILED', `${address}: expected the coordinator to answer: ${why}`, {
    hint: 'See that it runs and that this node reaches that address; control.url on the binhost says another one.',
  });
}
