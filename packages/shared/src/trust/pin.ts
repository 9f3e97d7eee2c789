import { createHash, X509Certificate } from 'node:crypto';

/** `sha256:` and 43 characters of base64url. */
export const PIN_PATTERN = /^sha256:[A-Za-z0-9_-]{43}$/;

/**
 * A CA's pin: SHA-256 of its public key (SubjectPublicKeyInfo, DER), so that a CA renewed on the same key keeps it.
 *
 * @param ca the certificate as PEM text or DER bytes
 * @returns `sha256:…` in base64url
 * @throws where it is no certificate
 */
export function pinOf(ca: string | Uint8Array): string {
  const spki = new X509Certificate(ca).publicKey.export({ type: 'spki', format: 'der' });
  return `sha256:${createHash('sha256').update(spki).digest('base64url')}`;
}
