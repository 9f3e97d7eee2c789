import type { NodeIdentity } from './node-identity-store.ts';

/** Why a node may not come in; the codes reach the agent. */
export interface IdentityRefusal {
  code: 'IDENTITY_UNKNOWN' | 'IDENTITY_REVOKED' | 'IDENTITY_NAME' | 'IDENTITY_EXPECTED';
  message: string;
}

/**
 * Whether the sender of a hello may come in by the name that it says.
 *
 * @param known what is stored of its public key; where it shows none, the identity that has its name
 * @param shown.publicKey the key whose signature was right; null: it shows none
 */
export function judgeIdentity(
  known: NodeIdentity | undefined,
  { publicKey, nodeName }: { publicKey: string | null; nodeName: string },
): IdentityRefusal | undefined {
  if (publicKey === null) {
    if (!known) return undefined;
    return { code: 'IDENTITY_EXPECTED', message: `expected the identity by which ${nodeName} joined, got none` };
  }
  if (!known) {
    return { code: 'IDENTITY_UNKNOWN', message: "the coordinator does not know this node's identity" };
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
