import { and, asc, eq, isNull, lt, or } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { operatorTokens, sessions } from './operator-tables.ts';
import type { Role } from './roles.ts';

/** A personal token as it is shown: never what it is, nor its hash. */
export interface OperatorTokenView {
  id: number;
  name: string;
  role: Role;
  createdBy: string;
  createdAtMs: number;
  expiresAtMs: number | null;
  /** To the minute; null: never used. */
  lastUsedAtMs: number | null;
  revokedAtMs: number | null;
}

export interface NewOperatorToken {
  name: string;
  role: Role;
  hash: string;
  createdBy: string;
  nowMs: number;
  expiresAtMs: number | null;
}

/** @returns undefined where a token that is not revoked has the name */
export async function addOperatorToken(db: Database, token: NewOperatorToken): Promise<OperatorTokenView | undefined> {
  const { name, role, hash, createdBy, nowMs, expiresAtMs } = token;
  const [row] = await db
    .insert(operatorTokens)
    .values({ name, role, hash, createdBy, createdAt: new Date(nowMs), expiresAt: dateOf(expiresAtMs) })
    .onConflictDoNothing()
    .returning();
  return row && viewOf(row);
}

/** @returns it with its hash, for the comparison; undefined: no such token was made */
export async function findOperatorToken(
  db: Database,
  hash: string,
): Promise<(OperatorTokenView & { hash: string }) | undefined> {
  const [row] = await db.select().from(operatorTokens).where(eq(operatorTokens.hash, hash));
  return row && { ...viewOf(row), hash: row.hash };
}

export async function loadOperatorToken(db: Database, id: number): Promise<OperatorTokenView | undefined> {
  const [row] = await db.select().from(operatorTokens).where(eq(operatorTokens.id, id));
  return row && viewOf(row);
}

export async function loadOperatorTokens(db: Database): Promise<OperatorTokenView[]> {
  return (await db.select().from(operatorTokens).orderBy(asc(operatorTokens.id))).map(viewOf);
}

/** Coarse, so that a page that asks every second does not write every second. */
const USED_STEP_MS = 60_000;

export async function noteTokenUsed(db: Database, token: OperatorTokenView, nowMs: number): Promise<void> {
  if (token.lastUsedAtMs !== null && nowMs - token.lastUsedAtMs < USED_STEP_MS) return;
  const before = new Date(nowMs - USED_STEP_MS);
  await db
    .update(operatorTokens)
    .set({ lastUsedAt: new Date(nowMs) })
    .where(
      and(
        eq(operatorTokens.id, token.id),
        or(isNull(operatorTokens.lastUsedAt), lt(operatorTokens.lastUsedAt, before)),
      ),
    );
}

/** Revokes it and ends its sessions. @returns it; undefined: there is none of that name that is not revoked */
export async function revokeOperatorToken(
  db: Database,
  name: string,
  nowMs: number,
): Promise<OperatorTokenView | undefined> {
  return db.transaction(async (tx) => {
    const [row] = await tx
      .update(operatorTokens)
      .set({ revokedAt: new Date(nowMs) })
      .where(isLive(name))
      .returning();
    if (row) await tx.delete(sessions).where(eq(sessions.tokenId, row.id));
    return row && viewOf(row);
  });
}

/** @returns it; undefined: there is none of that name that is not revoked */
export async function setOperatorRole(db: Database, name: string, role: Role): Promise<OperatorTokenView | undefined> {
  const [row] = await db.update(operatorTokens).set({ role }).where(isLive(name)).returning();
  return row && viewOf(row);
}

function isLive(name: string) {
  return and(eq(operatorTokens.name, name), isNull(operatorTokens.revokedAt));
}

export function viewOf(row: typeof operatorTokens.$inferSelect): OperatorTokenView {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    createdBy: row.createdBy,
    createdAtMs: row.createdAt.getTime(),
    expiresAtMs: row.expiresAt?.getTime() ?? null,
    lastUsedAtMs: row.lastUsedAt?.getTime() ?? null,
    revokedAtMs: row.revokedAt?.getTime() ?? null,
  };
}

function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}
