import { createPublicKey, verify } from 'node:crypto';
import { type LeaveRequest, leaveText } from '@binhost/shared/protocol';

/** How far a node's clock may be off, and how long a request may be on its way. */
const MOMENT_MS = 10 * 60_000;

/** Whether a node's goodbye is its own and of now. Pure. @returns undefined: it is; else why not */
export function judgeLeave({ publicKey, sentAtMs, signature }: LeaveRequest, nowMs: number): string | undefined {
  if (Math.abs(nowMs - sentAtMs) > MOMENT_MS) return `it was signed ${Math.round((nowMs - sentAtMs) / 1000)} s ago`;
  return isSigned(leaveText(publicKey, sentAtMs), publicKey, signature)
    ? undefined
    : 'its signature is not by that key';
}

function isSigned(text: string, publicKey: string, signature: string): boolean {
  try {
    const key = createPublicKey(publicKey);
    if (key.asymmetricKeyType !== 'ed25519') return false;
    return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}
