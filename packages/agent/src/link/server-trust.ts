import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { COORDINATOR_SERVER_NAME } from '@binhost/shared/trust';

/** How the coordinator's certificate is verified: by its own CA, or as the system verifies everybody's. */
export type ServerTrust = { kind: 'ca'; pem: string; file: string } | { kind: 'system' };

/**
 * Options of tls.connect for an address and a trust. The connection is opened whatever the certificate is, so that it can be
 * shown; nobody may write to it before `authorized` was looked at.
 */
export function tlsOptions(address: URL, trust: ServerTrust): ConnectionOptions {
  const host = hostOf(address);
  const common = { host, port: portOf(address), minVersion: 'TLSv1.3', rejectUnauthorized: false } as const;
  if (trust.kind === 'ca') return { ...common, ca: [trust.pem], servername: COORDINATOR_SERVER_NAME };
  return isIP(host) ? common : { ...common, servername: host };
}

export function portOf(address: URL): number {
  return Number(address.port) || 443;
}

function hostOf(address: URL): string {
  return address.hostname.replace(/^\[|\]$/g, '');
}

/** What a coordinator showed that was not taken. */
export interface Distrust {
  /** What Node's TLS says, such as CERT_HAS_EXPIRED. */
  code: string;
  /** Pin of the CA, or else of the topmost certificate, that was presented. */
  gotPin: string;
  /** Pin of the CA by which it is verified; null: the system's trust store. */
  expectedPin: string | null;
  validFrom: string;
  validTo: string;
  nowMs: number;
}

/** What was expected and what came, with both fingerprints. */
export function distrustSentence(distrust: Distrust): string {
  const { code, gotPin, expectedPin } = distrust;
  const expected = expectedPin === null ? "a certificate that the system's trust store knows" : `the CA ${expectedPin}`;
  return `expected ${expected}, got ${gotPin}: ${reasonOf(distrust, code)}; nothing was sent`;
}

function reasonOf({ validFrom, validTo, nowMs }: Distrust, code: string): string {
  const clock = `by this node's clock it is ${new Date(nowMs).toISOString()}`;
  if (code === 'CERT_HAS_EXPIRED') return `the certificate ended on ${validTo}, ${clock}`;
  if (code === 'CERT_NOT_YET_VALID') return `the certificate begins on ${validFrom}, ${clock}`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'the certificate is of another server name';
  return `the certificate is signed by somebody else (${code})`;
}
