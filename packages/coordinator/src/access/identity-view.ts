import type { NodeIdentity } from './node-identity-store.ts';

/** An identity as it is shown. All times are milliseconds since the epoch. */
export interface NodeIdentityView {
  node: string;
  pool: string;
  /** Raw Ed25519 key in base64url; there is nothing secret in it. */
  publicKey: string;
  /** Connected by it now. */
  online: boolean;
  /** Where it was connected from of late, newest first; more than one: perhaps two machines. */
  addresses: string[];
  joinedAtMs: number;
  joinedBy: string;
  revokedAtMs: number | null;
  revokedReason: string | null;
  lastSeenAtMs: number | null;
}

/** @param now of its connections: whether there is one, and the addresses of late */
export function identityView(
  row: NodeIdentity,
  { online, addresses }: Pick<NodeIdentityView, 'online' | 'addresses'>,
): NodeIdentityView {
  const known = addresses.length > 0 || row.lastAddress === null ? addresses : [row.lastAddress];
  return {
    node: row.nodeName,
    pool: row.pool,
    publicKey: row.publicKey,
    online,
    addresses: known,
    joinedAtMs: row.joinedAt.getTime(),
    joinedBy: row.joinedBy,
    revokedAtMs: row.revokedAt?.getTime() ?? null,
    revokedReason: row.revokedReason,
    lastSeenAtMs: row.lastSeenAt?.getTime() ?? null,
  };
}
