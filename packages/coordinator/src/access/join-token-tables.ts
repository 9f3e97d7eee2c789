import { bigint, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/** Tokens by which nodes join. Written by join-token-store.ts alone; the secret itself is stored nowhere. */
export const joinTokens = pgTable('join_tokens', {
  id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  /** The name that the node gets; null: the one that it gives itself. */
  nodeName: text('node_name'),
  pool: text().notNull(),
  /** SHA-256 of the secret's bytes, hexadecimal. */
  secretHash: text('secret_hash').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  expiresAt: timestamp('expires_at', { withTimezone: true }).notNull(),
  revokedAt: timestamp('revoked_at', { withTimezone: true }),
  usedAt: timestamp('used_at', { withTimezone: true }),
  /** The node that joined by it. */
  usedBy: text('used_by'),
  /** The public key that it showed: the same node may ask again. */
  usedKey: text('used_key'),
  /** Where it came from. */
  usedFrom: text('used_from'),
});
