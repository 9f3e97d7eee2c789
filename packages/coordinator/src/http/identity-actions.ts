import { identityView, type NodeIdentityView } from '../access/identity-view.ts';
import { loadIdentities, type NodeIdentity, revokeNode } from '../access/node-identity-store.ts';
import { coordinatorError } from '../coordinator-errors.ts';
import type { Database } from '../db/database.ts';

/** The nodes' identities as people see and revoke them. */
export interface IdentityActions {
  list(): Promise<NodeIdentityView[]>;
  /** @throws NOT_FOUND */
  revoke(name: string, reason: string): Promise<NodeIdentityView>;
}

export interface IdentityActionsParts {
  db: Database;
  /** Public keys of the nodes that are connected. */
  online: () => string[];
  /** Where a node was connected from of late. */
  addressesOf: (name: string) => string[];
}

export function makeIdentityActions({ db, online, addressesOf }: IdentityActionsParts): IdentityActions {
  const view = (row: NodeIdentity): NodeIdentityView => {
    const isLive = row.revokedAt === null;
    return identityView(row, {
      online: isLive && online().includes(row.publicKey),
      addresses: isLive ? addressesOf(row.nodeName) : [],
    });
  };
  return {
    list: async () => (await loadIdentities(db)).map(view),
    revoke: async (name, reason) => {
      const row = await revokeNode(db, name, reason);
      if (row) return view(row);
      throw coordinatorError('NOT_FOUND', `expected a node that has joined and is not revoked, got '${name}'`, {
        hint: 'binhost-coordinator node list lists them.',
      });
    },
  };
}
