import { X509Certificate } from 'node:crypto';
import { connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { pinOf } from '@binhost/shared/trust';
import { coordinatorError } from '../coordinator-errors.ts';

/**
 * Finds the coordinator's CA by its pin among the certificates that are presented. Nothing is sent: who answers is not trusted
 * yet; the call that follows is verified by this CA.
 *
 * @param url https: address
 * @returns the CA as PEM
 * @throws SERVER_UNREACHABLE with both pins
 */
export async function pinnedCa(url: URL, pin: string, signal: AbortSignal): Promise<string> {
  const chain = await presentedChain(url, signal);
  const pins = chain.map((certificate) => pinOf(certificate.raw));
  const ca = chain[pins.indexOf(pin)];
  if (ca?.ca) return ca.toString();
  throw coordinatorError(
    'SERVER_UNREACHABLE',
    `${url.host}: expected a certificate of the CA ${pin}, got ${pins.join(', ') || 'none'}; nothing was sent`,
    {
      hint: "If the coordinator was set up anew, set its pin as client.pin: its log says it in the line 'coordinator ready'.",
    },
  );
}

async function presentedChain(url: URL, signal: AbortSignal): Promise<X509Certificate[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const socket = connect({ host, port: Number(url.port) || 443, rejectUnauthorized: false, minVersion: 'TLSv1.3' });
  const abort = (): void => void socket.destroy(new Error('the command was ended'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    });
    return certificatesOf(socket);
  } catch (cause) {
    throw coordinatorError('SERVER_UNREACHABLE', `no coordinator answers at ${url.host}: ${(cause as Error).message}`, {
      hint: 'Is client.url right, and the coordinator running?',
      cause,
    });
  } finally {
    signal.removeEventListener('abort', abort);
    socket.destroy();
  }
}

/** More than any chain has; a server decides how many it sends. */
const MAX_CHAIN = 10;

function certificatesOf(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (next?.raw && chain.length < MAX_CHAIN) {
    chain.push(new X509Certificate(next.raw));
    // A root is its own issuer.
    next = next.issuerCertificate === next ? undefined : next.issuerCertificate;
  }
  return chain;
}
