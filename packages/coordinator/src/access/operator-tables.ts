import { sql } from 'drizzle-orm';
import { bigint, check, index, pgTable, text, timestamp, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { AUDIT_KINDS, type AuditKind } from './audit-entry.ts';
import { ROLES, type Role } from './roles.ts';

/** Tables of the step access: personal tokens, the sessions opened with them, and what was done by whom. */

const words = (list: readonly string[]) => sql.raw(list.map((word) => `'${word}'`).join(', '));
const time = (name: string) => timestamp(name, { withTimezone: true });

export const operatorTokens = pgTable(
  'operator_tokens',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    name: text().notNull(),
    role: text().$type<Role>().notNull(),
    /** SHA-256 of the token, hexadecimal; the token itself is nowhere. */
    hash: text().notNull().unique(),
    createdBy: text('created_by').notNull(),
    createdAt: time('created_at').notNull(),
    /** Null: it holds until it is revoked. */
    expiresAt: time('expires_at'),
    /** To the minute. */
    lastUsedAt: time('last_used_at'),
    revokedAt: time('revoked_at'),
  },
  (table) => [
    // The audit log names tokens: one name, one token at a time.
    uniqueIndex('operator_tokens_live_name').on(table.name).where(sql`revoked_at is null`),
    check('operator_tokens_role', sql`${table.role} in (${words(ROLES)})`),
  ],
);

export const sessions = pgTable(
  'sessions',
  {
    id: uuid().primaryKey(),
    tokenId: bigint('token_id', { mode: 'number' })
      .notNull()
      .references(() => operatorTokens.id, { onDelete: 'cascade' }),
    /** SHA-256 of the cookie's value. */
    hash: text().notNull().unique(),
    /** Of the value before the last rotation: answers to requests under way may not have arrived yet. */
    previousHash: text('previous_hash'),
    /** In clear: it is worth nothing without the cookie, whose value is not here, and a page asks for it again when it is reloaded. */
    csrfToken: text('csrf_token').notNull(),
    /** That the token had at the last rotation. */
    role: text().$type<Role>().notNull(),
    createdAt: time('created_at').notNull(),
    rotatedAt: time('rotated_at').notNull(),
    usedAt: time('used_at').notNull(),
  },
  (table) => [index('sessions_previous').on(table.previousHash), index('sessions_token').on(table.tokenId)],
);

/** Rows are only added, and the oldest of a kind removed; see audit-entry.ts. */
export const auditLog = pgTable(
  'audit_log',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: timestamp({ withTimezone: true }).notNull(),
    kind: text().$type<AuditKind>().notNull(),
    who: text().notNull(),
    address: text().notNull(),
    deed: text().notNull(),
    about: text().notNull(),
    result: text().notNull(),
  },
  (table) => [
    index('audit_log_kind').on(table.kind, table.id),
    check('audit_log_kind_known', sql`${table.kind} in (${words(AUDIT_KINDS)})`),
  ],
);
