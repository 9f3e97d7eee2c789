import type { X509Certificate } from 'node:crypto';
import { COORDINATOR_SERVER_NAME, pinOf } from '@binhost/shared/trust';

/** Whether the certificates that a server showed lead to the CA of the token. Pure. */
export type ChainVerdict = { good: true; ca: string } | { good: false; reason: string };

/**
 * @param chain leaf first, as the server sent it
 * @param pin `sha256:…` of the token
 * @returns the CA as PEM, for every later connection
 */
export function judgeChain(chain: readonly X509Certificate[], pin: string): ChainVerdict {
  const [leaf] = chain;
  if (!leaf) return { good: false, reason: 'it showed no certificate' };
  const ca = chain.find((one) => one.ca && pinOf(one.raw) === pin);
  if (!ca) {
    const shown = chain.map((one) => pinOf(one.raw)).join(', ');
    return { good: false, reason: `expected a certificate by the authority ${pin}, got ${shown}` };
  }
  if (!leaf.checkIssued(ca) || !leaf.verify(ca.publicKey)) {
    return { good: false, reason: `its certificate was not signed by the authority ${pin} that it showed beside it` };
  }
  if (leaf.checkHost(COORDINATOR_SERVER_NAME) === undefined) {
    return { good: false, reason: `its certificate is not for the name ${COORDINATOR_SERVER_NAME}` };
  }
  return { good: true, ca: ca.toString() };
}
