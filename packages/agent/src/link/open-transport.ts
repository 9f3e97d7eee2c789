import { X509Certificate } from 'node:crypto';
import { connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import type { Clock } from '@binhost/shared/time';
import { pinOf } from '@binhost/shared/trust';
import { agentError } from '../agent-errors.ts';
import { distrustSentence, type ServerTrust, tlsOptions } from './server-trust.ts';

/** What a connection to the coordinator needs before its first byte. */
export interface TransportParts {
  /** wss: or https: */
  address: URL;
  trust: ServerTrust;
  /** The handshake may take this long. */
  limitMs: number;
  clock: Clock;
  signal?: AbortSignal | undefined;
}

/**
 * A TLS connection to the coordinator whose certificate was verified. Nothing has been written to it.
 *
 * @throws SERVER_UNTRUSTED with both fingerprints, and what the network says where there is no connection
 */
export async function openTransport(parts: TransportParts): Promise<TLSSocket> {
  const socket = await handshake(parts);
  if (socket.authorized) return socket;
  const { trust, clock } = parts;
  const presented = presentedChain(socket);
  const top = presented.at(-1);
  const code = errorCode(socket.authorizationError as unknown);
  socket.destroy();
  const distrust = {
    code,
    gotPin: top ? pinOf(top.raw) : 'no certificate',
    expectedPin: trust.kind === 'ca' ? pinOf(trust.pem) : null,
    validFrom: presented[0]?.validFrom ?? '',
    validTo: presented[0]?.validTo ?? '',
    nowMs: clock.nowMs(),
  };
  throw agentError('SERVER_UNTRUSTED', distrustSentence(distrust), { hint: HINTS[code] ?? HINT });
}

const HINT = 'If the coordinator was set up anew, join again with a new token; else find out who answers there.';
const CLOCK_HINT = "Compare the node's clock with the binhost's.";
const HINTS: Partial<Record<string, string>> = {
  CERT_NOT_YET_VALID: CLOCK_HINT,
  CERT_HAS_EXPIRED: `${CLOCK_HINT} Where they agree, look at the coordinator's log: its certificate should have been renewed.`,
};

/**
 * The certificates that a coordinator presents, and nothing else: no byte is sent. The caller finds the CA in it by the pin
 * of a join token, and then connects anew with full verification by that CA.
 *
 * @returns from the server's own up to its CA, as far as it sent them
 * @throws what the network says
 */
export async function readPresentedChain(parts: Omit<TransportParts, 'trust'>): Promise<X509Certificate[]> {
  const socket = await handshake({ ...parts, trust: { kind: 'system' } });
  const chain = presentedChain(socket);
  socket.destroy();
  return chain;
}

async function handshake({ address, trust, limitMs, clock, signal }: TransportParts): Promise<TLSSocket> {
  const socket = connect(tlsOptions(address, trust));
  const done = new AbortController();
  const abort = (): void => void socket.destroy(new Error('the agent closed the connection'));
  signal?.addEventListener('abort', abort);
  void clock.sleep(limitMs, done.signal).then(() => {
    if (!done.signal.aborted) socket.destroy(new Error(`no TLS within ${limitMs} ms`));
  });
  try {
    if (signal?.aborted) abort();
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the coordinator closed the connection')));
    });
    return socket;
  } finally {
    done.abort();
    signal?.removeEventListener('abort', abort);
    // Whoever takes the socket hears of later errors; until then they must not end the process.
    socket.on('error', () => {});
  }
}

function presentedChain(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let certificate = socket.getPeerCertificate(true) as DetailedPeerCertificate | undefined;
  while (certificate?.raw && chain.length < MAX_CHAIN) {
    chain.push(new X509Certificate(certificate.raw));
    const issuer: DetailedPeerCertificate | undefined = certificate.issuerCertificate;
    // A root is its own issuer.
    certificate = issuer === certificate ? undefined : issuer;
  }
  return chain;
}

const MAX_CHAIN = 10;

/** Node gives the code as text, or the error of the name's check. */
function errorCode(error: unknown): string {
  return typeof error === 'object' && error !== null ? String((error as NodeJS.ErrnoException).code) : String(error);
}
