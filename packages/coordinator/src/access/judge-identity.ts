import type { NodeIdentity } from './node-identity-store.ts';

/** Why a node may not come in; the codes reach the agent. */
export interface IdentityRefusal {
  code: 'IDENTITY_UNKNOWN' | 'IDENTITY_REVOKED' | 'IDENTITY_NAME';
  message: string;
}

/**
 * Whether the sender of a hello may come in by the name that it says.
 *
 * @param known what is stored of the public key whose signature was right
 */
export function judgeIdentity(known: NodeIdentity | undefined, nodeName: string): IdentityRefusal | undefined {
  if (!known) {
    return {
      code: 'IDENTITY_UNKNOWN',
      message:
        "the coordinator does not know this node's identity: join it again by a line of binhost-coordinator token create",
    };
  }
  if (known.revokedAt) return revoked(known);
  if (known.nodeName === nodeName) return undefined;
  return {
    code: 'IDENTITY_NAME',
    message: `expected the name ${known.nodeName}, by which this identity joined, got ${nodeName}`,
  };
}

/** What a node whose identity was revoked is told. */
export function revoked({ nodeName, revokedReason }: NodeIdentity): IdentityRefusal {
  const reason = revokedReason ? `: ${revokedReason}` : '';
  return { code: 'IDENTITY_REVOKED', message: `the identity of ${nodeName} was revoked${reason}` };
}
