import { and, desc, eq, lte, sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import type { AuditEntry, AuditKind } from './audit-entry.ts';
import { auditLog } from './operator-tables.ts';

export interface AuditView extends AuditEntry {
  atMs: number;
}

export async function addAuditEntry(db: Database, entry: AuditEntry, nowMs: number): Promise<void> {
  await db.insert(auditLog).values({ ...entry, at: new Date(nowMs) });
}

/** Newest first. */
export async function loadAuditEntries(db: Database, limit: number): Promise<AuditView[]> {
  const rows = await db.select().from(auditLog).orderBy(desc(auditLog.id)).limit(limit);
  return rows.map(({ at, kind, who, address, deed, about, result }) => ({
    atMs: at.getTime(),
    kind,
    who,
    address,
    deed,
    about,
    result,
  }));
}

/** Keeps the newest of a kind. */
export async function pruneAuditEntries(db: Database, kind: AuditKind, keep: number): Promise<void> {
  const oldestGone = db
    .select({ id: auditLog.id })
    .from(auditLog)
    .where(eq(auditLog.kind, kind))
    .orderBy(desc(auditLog.id))
    .offset(keep)
    .limit(1);
  await db.delete(auditLog).where(and(eq(auditLog.kind, kind), lte(auditLog.id, sql`(${oldestGone})`)));
}
