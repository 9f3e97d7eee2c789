import { publicKeyText } from '@binhost/shared/trust';
import { and, asc, desc, eq, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import { coordinatorError } from '../coordinator-errors.ts';
import { CHANNELS } from '../db/channels.ts';
import type { Database } from '../db/database.ts';
import { notifyChannel } from '../db/notify-store.ts';
import { nodeIdentities } from './identity-tables.ts';

export type NodeIdentity = typeof nodeIdentities.$inferSelect;

export interface NewIdentity {
  name: string;
  pool: string;
  /** SPKI in PEM, or the raw key in base64url. */
  publicKey: string;
  /** By what it gets in, for people: `join token 3`. */
  how: string;
}

/**
 * Makes a public key the identity of a node. Again with the same key: nothing but the pool changes.
 *
 * @throws JOIN_REFUSED where it is no Ed25519 key, the name or the key is another's, or the key was revoked
 */
export async function enrolNode(db: Database, { name, pool, publicKey, how }: NewIdentity): Promise<NodeIdentity> {
  const key = publicKeyText(publicKey);
  if (key === undefined) throw refused('an Ed25519 public key, got another', 'Update binhost-agent on the node.');
  return db.transaction(async (tx) => {
    const known = await identityOf(tx, key);
    if (known?.revokedAt) {
      throw refused(
        `a key that was not revoked: ${name} shows that of ${known.nodeName}`,
        'Run binhost-agent leave there first: the next join makes a new key.',
      );
    }
    if (known && known.nodeName !== name) {
      throw refused(
        `a key of its own for ${name}, got that of ${known.nodeName}`,
        'Two machines were copied from one another: delete identity.pem in the state directory of the copy.',
      );
    }
    const taken = known ?? (await identityOfName(tx, name));
    if (taken && taken.publicKey !== key) {
      throw refused(
        `a name that is free, got ${name}, which joined by another key`,
        `Revoke it first (binhost-coordinator node revoke ${name}), or choose another name.`,
      );
    }
    const [row] = await tx
      .insert(nodeIdentities)
      .values({ publicKey: key, nodeName: name, pool, joinedBy: how })
      .onConflictDoUpdate({ target: nodeIdentities.publicKey, set: { pool } })
      .returning();
    if (!row) throw new Error('expected a row of the new identity');
    return row;
  });
}

/** @param publicKey raw, in base64url */
export async function identityOf(db: Database, publicKey: string): Promise<NodeIdentity | undefined> {
  const [row] = await db.select().from(nodeIdentities).where(eq(nodeIdentities.publicKey, publicKey));
  return row;
}

/**
 * Nobody comes in by the node's identity any more; its connections are ended by whoever listens to the channel.
 *
 * @returns the identity as it is now; undefined where no live one has that name
 */
export async function revokeNode(db: Database, name: string, reason: string): Promise<NodeIdentity | undefined> {
  return db.transaction(async (tx) => {
    const [row] = await tx
      .update(nodeIdentities)
      .set({ revokedAt: sql`now()`, revokedReason: reason })
      .where(and(eq(nodeIdentities.nodeName, name), isNull(nodeIdentities.revokedAt)))
      .returning();
    if (row) await notifyChannel(tx, CHANNELS.revoked, row.publicKey);
    return row;
  });
}

/** Which of these keys are revoked, with why. */
export async function revokedAmong(db: Database, publicKeys: readonly string[]): Promise<NodeIdentity[]> {
  if (publicKeys.length === 0) return [];
  const { publicKey, revokedAt } = nodeIdentities;
  return db
    .select()
    .from(nodeIdentities)
    .where(and(inArray(publicKey, [...publicKeys]), isNotNull(revokedAt)));
}

/** All, live and revoked, by name; of one name the newest first. */
export async function loadIdentities(db: Database): Promise<NodeIdentity[]> {
  return db.select().from(nodeIdentities).orderBy(asc(nodeIdentities.nodeName), desc(nodeIdentities.joinedAt));
}

/** The node has come in by it, from this address. */
export async function markIdentitySeen(db: Database, publicKey: string, address: string | null): Promise<void> {
  await db
    .update(nodeIdentities)
    .set({ lastSeenAt: sql`now()`, lastAddress: address })
    .where(eq(nodeIdentities.publicKey, publicKey));
}

/** The live identity of that name. */
export async function identityOfName(db: Database, name: string): Promise<NodeIdentity | undefined> {
  const [row] = await db
    .select()
    .from(nodeIdentities)
    .where(and(eq(nodeIdentities.nodeName, name), isNull(nodeIdentities.revokedAt)));
  return row;
}

function refused(expected: string, hint: string) {
  return coordinatorError('JOIN_REFUSED', `expected ${expected}`, { hint });
}
