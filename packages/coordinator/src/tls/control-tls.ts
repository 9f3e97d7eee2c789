import { createPrivateKey, X509Certificate } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { Clock } from '@binhost/shared/time';
import { pinOf } from '@binhost/shared/trust';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { parseListenAddress } from '../config/listen-address.ts';
import type { Logger } from '../log.ts';
import {
  openCertificateDirectory,
  parseCertificate,
  readOwnFiles,
  readPair,
  unusable,
  writePair,
} from './certificate-files.ts';
import { type LeafFacts, whyRenewLeaf } from './judge-leaf.ts';
import { certificateNames, listenerNames } from './listener-names.ts';
import type { CertifiedKey } from './make-certificates.ts';

/**
 * TLS of the control listener. In: the settings control.tls, control.cert, control.key and the directory of our own
 * certificates. Out: what the listener serves with, how nodes verify it, and a new certificate in time, without a restart.
 */
export interface ControlTls {
  /** For the listener: the certificate chain and its key, PEM. */
  options: TlsOptions;
  trust: ControlTrust;
  /** Looks for a due renewal until the signal aborts, and hands each new certificate over. */
  keep(apply: (options: TlsOptions) => void, signal: AbortSignal): Promise<void>;
}

export interface TlsOptions {
  cert: string;
  key: string;
  minVersion: 'TLSv1.3';
}

/** What a join token carries: the pin of our own CA, or `system` where nodes verify as everybody does. */
export type ControlTrust = { pin: string; caPem: string } | { pin: 'system'; caPem: null };

export const SYSTEM_TRUST: ControlTrust = { pin: 'system', caPem: null };

export interface ControlTlsParts {
  config: Pick<CoordinatorConfig, 'control' | 'paths'>;
  clock: Clock;
  log: Logger;
}

/** @returns undefined where control.tls is off @throws TLS_UNUSABLE */
export async function openControlTls(parts: ControlTlsParts): Promise<ControlTls | undefined> {
  const { control, paths } = parts.config;
  if (control.tls === 'off') return undefined;
  if (control.tls === 'files') return keeping(() => ownFiles(control), SYSTEM_TRUST, parts);
  const directory = join(paths.state, 'tls');
  await openCertificateDirectory(directory);
  const ca = await ensureCa(directory, parts);
  return keeping(() => ensureLeaf(ca, directory, parts), { pin: pinOf(ca.certificate), caPem: ca.certificate }, parts);
}

/** @param load the certificate as it should be served now; it is made or renewed where that is due */
async function keeping(
  load: () => Promise<TlsOptions>,
  trust: ControlTrust,
  { config, clock, log }: ControlTlsParts,
): Promise<ControlTls> {
  let served = await load();
  return {
    options: served,
    trust,
    keep: async (apply, signal) => {
      while (!signal.aborted) {
        await clock.sleep(config.control.certificateCheck, signal);
        if (signal.aborted) return;
        try {
          const now = await load();
          if (now.cert === served.cert) continue;
          apply(now);
          served = now;
        } catch (err) {
          // The old one is served on: it is valid for weeks yet.
          log.error({ err }, 'certificate could not be renewed');
        }
      }
    },
  };
}

async function ownFiles({ cert, key }: CoordinatorConfig['control']): Promise<TlsOptions> {
  if (cert === '' || key === '') {
    throw unusable(`control.tls = "files": expected control.cert and control.key, got '${cert}' and '${key}'`, {
      hint: 'Name the PEM files of the certificate chain and of its key, or set control.tls = "auto".',
    });
  }
  const pair = await readOwnFiles({ cert, key });
  parseCertificate(pair.certificate, cert);
  const options = tlsOptions(pair.certificate, pair.key);
  try {
    createSecureContext(options);
  } catch (cause) {
    throw unusable(`control.key: expected the key of the certificate in ${cert}: ${(cause as Error).message}`, {
      hint: 'Both files must be of the same certificate; a key with a passphrase cannot be used.',
      cause,
    });
  }
  return options;
}

/** Longer than any machine lasts: a new CA means that every node joins again. */
const CA_LIFE_MS = 20 * 365 * 24 * 3_600_000;

async function ensureCa(directory: string, { clock, log }: ControlTlsParts): Promise<CertifiedKey> {
  const known = await readPair(directory, 'ca');
  if (known) return known;
  const { makeCa } = await import('./make-certificates.ts');
  const made = await makeCa({ nowMs: clock.nowMs(), lifeMs: CA_LIFE_MS });
  await writePair(directory, 'ca', made);
  log.info({ pin: pinOf(made.certificate), directory }, 'certificate authority made');
  return made;
}

async function ensureLeaf(ca: CertifiedKey, directory: string, parts: ControlTlsParts): Promise<TlsOptions> {
  const { config, clock, log } = parts;
  const { host } = parseListenAddress(config.control.listen, 'control.listen');
  const names = listenerNames({ hostName: hostname(), listenHost: host });
  const [nowMs, lifeMs] = [clock.nowMs(), config.control.leafLife];
  let leaf = await readPair(directory, 'leaf');
  const reason = whyRenewLeaf(leaf && factsOf(leaf, ca), { wanted: names, nowMs, lifeMs });
  if (!leaf || reason !== undefined) {
    const { makeLeaf } = await import('./make-certificates.ts');
    leaf = await makeLeaf(ca, { names, nowMs, lifeMs });
    await writePair(directory, 'leaf', leaf);
    log.info({ reason, names, validUntil: new Date(nowMs + lifeMs).toISOString() }, 'certificate made');
  }
  // The CA is sent along, so that a node that only knows its pin finds it.
  return tlsOptions(leaf.certificate + ca.certificate, leaf.key);
}

/** undefined where the file holds no certificate: it is made anew. */
function factsOf(leaf: CertifiedKey, ca: CertifiedKey): LeafFacts | undefined {
  try {
    const certificate = new X509Certificate(leaf.certificate);
    const issuer = new X509Certificate(ca.certificate);
    return {
      validFromMs: Date.parse(certificate.validFrom),
      validToMs: Date.parse(certificate.validTo),
      names: certificateNames(certificate.subjectAltName),
      isSignedByCa: certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey),
      fitsItsKey: certificate.checkPrivateKey(createPrivateKey(leaf.key)),
    };
  } catch {
    return undefined;
  }
}

function tlsOptions(cert: string, key: string): TlsOptions {
  return { cert, key, minVersion: 'TLSv1.3' };
}
