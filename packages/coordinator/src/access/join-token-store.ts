import { createHash, timingSafeEqual } from 'node:crypto';
import { desc, eq } from 'drizzle-orm';
import { coordinatorError } from '../coordinator-errors.ts';
import type { Database } from '../db/database.ts';
import { joinTokens } from './join-token-tables.ts';
import { judgeJoinToken } from './judge-join-token.ts';

export type JoinTokenRow = Omit<typeof joinTokens.$inferSelect, 'secretHash'>;

export interface NewJoinToken {
  /** The name that the node gets; null: the one that it gives itself. */
  nodeName: string | null;
  pool: string;
  /** Base64url; only its hash is stored. */
  secret: string;
  nowMs: number;
  ttlMs: number;
}

export async function createJoinToken(db: Database, token: NewJoinToken): Promise<JoinTokenRow> {
  const { nodeName, pool, secret, nowMs, ttlMs } = token;
  const [row] = await db
    .insert(joinTokens)
    .values({
      nodeName,
      pool,
      secretHash: hashOf(secret),
      createdAt: new Date(nowMs),
      expiresAt: new Date(nowMs + ttlMs),
    })
    .returning();
  if (!row) throw new Error('expected a row of the new token');
  return row;
}

/** @returns newest first */
export async function loadJoinTokens(db: Database): Promise<JoinTokenRow[]> {
  return db.select().from(joinTokens).orderBy(desc(joinTokens.id));
}

/** @returns undefined where there is no such token; one that was used or revoked stays as it is */
export async function revokeJoinToken(db: Database, id: number, nowMs: number): Promise<JoinTokenRow | undefined> {
  return db.transaction(async (tx) => {
    const [row] = await tx.select().from(joinTokens).where(eq(joinTokens.id, id)).for('update');
    if (!row || row.usedAt || row.revokedAt) return row;
    const [revoked] = await tx
      .update(joinTokens)
      .set({ revokedAt: new Date(nowMs) })
      .where(eq(joinTokens.id, id))
      .returning();
    return revoked;
  });
}

export interface ShownToken {
  id: number;
  secret: string;
  publicKey: string;
  /** As the node calls itself. */
  nodeName: string;
  /** Address that the request came from. */
  from: string;
  nowMs: number;
  /** True: nothing is written. */
  preview: boolean;
}

/** Who may join, and under which name. `again`: this very node has joined by this very token. */
export interface Admission {
  kind: 'enrol' | 'again';
  nodeName: string;
  pool: string;
}

/**
 * Uses a token up: judged, handed to `enrol` and marked as used in one transaction under the row's lock, so of two who show
 * it at once exactly one gets in. What `enrol` throws leaves the token unused.
 *
 * @param enrol makes the node; not called for a preview, nor for a node that asks again
 * @throws JOIN_REFUSED for a token that does not exist, has another secret, was used by another key, revoked, or is too old
 */
export async function useJoinToken<T>(
  db: Database,
  shown: ShownToken,
  enrol: (tx: Database, admission: Admission) => Promise<T>,
): Promise<Admission & { enrolled: T | undefined }> {
  return db.transaction(async (tx) => {
    const [row] = await tx.select().from(joinTokens).where(eq(joinTokens.id, shown.id)).for('update');
    // Compared even where there is none, so that the answer's time tells nothing.
    const isRight = isHash(shown.secret, row?.secretHash ?? NO_HASH);
    if (!row || !isRight) throw refused('the coordinator knows no such token');
    const verdict = judgeJoinToken(row, shown.publicKey, shown.nowMs);
    if (verdict.kind === 'refuse') throw refused(verdict.why);
    const nodeName = (verdict.kind === 'again' ? row.usedBy : row.nodeName) ?? shown.nodeName;
    const admission: Admission = { kind: verdict.kind, nodeName, pool: row.pool };
    if (shown.preview || verdict.kind === 'again') return { ...admission, enrolled: undefined };
    const enrolled = await enrol(tx, admission);
    await tx
      .update(joinTokens)
      .set({ usedAt: new Date(shown.nowMs), usedBy: nodeName, usedKey: shown.publicKey, usedFrom: shown.from })
      .where(eq(joinTokens.id, shown.id));
    return { ...admission, enrolled };
  });
}

/** The key of a node that leaves: its token lets nobody in again, not even itself. @returns the node's name; undefined: no token knows it */
export async function forgetJoinedKey(db: Database, publicKey: string): Promise<string | undefined> {
  const [row] = await db
    .update(joinTokens)
    .set({ usedKey: null })
    .where(eq(joinTokens.usedKey, publicKey))
    .returning({ usedBy: joinTokens.usedBy });
  return row?.usedBy ?? undefined;
}

const NO_HASH = '0'.repeat(64);

function isHash(secret: string, hash: string): boolean {
  return timingSafeEqual(Buffer.from(hashOf(secret), 'hex'), Buffer.from(hash, 'hex'));
}

function hashOf(secret: string): string {
  return createHash('sha256').update(Buffer.from(secret, 'base64url')).digest('hex');
}

function refused(why: string) {
  return coordinatorError('JOIN_REFUSED', `expected a join token that is still open: ${why}`, {
    hint: 'Make a new one on the binhost with binhost-coordinator token create, and paste its line.',
  });
}
