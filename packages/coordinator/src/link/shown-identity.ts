import type { Hello } from '@binhost/shared/protocol';
import { isSignedClaim } from '@binhost/shared/trust';

/** What a hello shows of its sender: nothing, an identity whose signature is right, or one that is not its own. */
export type ShownIdentity = { kind: 'none' } | { kind: 'signed'; publicKey: string } | { kind: 'forged' };

/** @param nonce of the challenge on this connection */
export function shownIdentity(hello: Hello, nonce: string): ShownIdentity {
  const { identity, nodeName, protocolVersion } = hello;
  if (!identity) return { kind: 'none' };
  if (!isSignedClaim({ nonce, nodeName, protocolVersion }, identity)) return { kind: 'forged' };
  return { kind: 'signed', publicKey: identity.publicKey };
}
