import { randomUUID } from 'node:crypto';
import { and, desc, eq, lt, notInArray, or } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { operatorTokens, sessions } from './operator-tables.ts';
import { type OperatorTokenView, viewOf } from './operator-token-store.ts';
import type { Role } from './roles.ts';

/** A session with the token that it was opened with; times in milliseconds since the epoch. */
export interface SessionRow {
  id: string;
  csrfToken: string;
  role: Role;
  createdAtMs: number;
  rotatedAtMs: number;
  usedAtMs: number;
  /** The hash asked for is that before the last rotation. */
  isPrevious: boolean;
  token: OperatorTokenView;
}

export interface NewSession {
  token: OperatorTokenView;
  hash: string;
  csrfToken: string;
  nowMs: number;
  /** Of one token; its oldest are ended. */
  maxSessions: number;
}

/** @returns the session's id */
export async function addSession(db: Database, session: NewSession): Promise<string> {
  const { token, hash, csrfToken, nowMs, maxSessions } = session;
  const id = randomUUID();
  const now = new Date(nowMs);
  await db.transaction(async (tx) => {
    await tx.insert(sessions).values({
      id,
      tokenId: token.id,
      hash,
      csrfToken,
      role: token.role,
      createdAt: now,
      rotatedAt: now,
      usedAt: now,
    });
    const newest = tx
      .select({ id: sessions.id })
      .from(sessions)
      .where(eq(sessions.tokenId, token.id))
      .orderBy(desc(sessions.usedAt))
      .limit(maxSessions);
    await tx.delete(sessions).where(and(eq(sessions.tokenId, token.id), notInArray(sessions.id, newest)));
  });
  return id;
}

export async function findSession(db: Database, hash: string): Promise<SessionRow | undefined> {
  return loadSession(db, or(eq(sessions.hash, hash), eq(sessions.previousHash, hash)), hash);
}

export async function findSessionOfId(db: Database, id: string): Promise<SessionRow | undefined> {
  return loadSession(db, eq(sessions.id, id));
}

async function loadSession(db: Database, which: ReturnType<typeof or>, hash?: string): Promise<SessionRow | undefined> {
  const [row] = await db
    .select()
    .from(sessions)
    .innerJoin(operatorTokens, eq(operatorTokens.id, sessions.tokenId))
    .where(which)
    .limit(1);
  if (!row) return undefined;
  const { id, csrfToken, role, createdAt, rotatedAt, usedAt } = row.sessions;
  return {
    id,
    csrfToken,
    role,
    createdAtMs: createdAt.getTime(),
    rotatedAtMs: rotatedAt.getTime(),
    usedAtMs: usedAt.getTime(),
    isPrevious: hash !== undefined && row.sessions.hash !== hash,
    token: viewOf(row.operator_tokens),
  };
}

/** Coarse, as for tokens. */
const USED_STEP_MS = 60_000;

export async function noteSessionUsed(db: Database, session: SessionRow, nowMs: number): Promise<void> {
  if (nowMs - session.usedAtMs < USED_STEP_MS) return;
  await db
    .update(sessions)
    .set({ usedAt: new Date(nowMs) })
    .where(eq(sessions.id, session.id));
}

export interface Rotation {
  id: string;
  oldHash: string;
  newHash: string;
  role: Role;
  nowMs: number;
}

/** @returns false where another request has rotated it meanwhile */
export async function rotateSession(db: Database, { id, oldHash, newHash, role, nowMs }: Rotation): Promise<boolean> {
  const now = new Date(nowMs);
  const changed = await db
    .update(sessions)
    .set({ hash: newHash, previousHash: oldHash, role, rotatedAt: now, usedAt: now })
    .where(and(eq(sessions.id, id), eq(sessions.hash, oldHash)))
    .returning({ id: sessions.id });
  return changed.length > 0;
}

export async function removeSession(db: Database, id: string): Promise<void> {
  await db.delete(sessions).where(eq(sessions.id, id));
}

/** Sessions that nobody has ended, and that no cookie could continue. */
export async function removeStaleSessions(db: Database, bounds: { usedMs: number; createdMs: number }): Promise<void> {
  await db
    .delete(sessions)
    .where(or(lt(sessions.usedAt, new Date(bounds.usedMs)), lt(sessions.createdAt, new Date(bounds.createdMs))));
}
