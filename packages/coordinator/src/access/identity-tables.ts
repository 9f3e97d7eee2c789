import { sql } from 'drizzle-orm';
import { pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';

/** The nodes' identities: public keys only. Written by node-identity-store.ts alone. */
export const nodeIdentities = pgTable(
  'node_identities',
  {
    /** Raw Ed25519 key in base64url. */
    publicKey: text('public_key').primaryKey(),
    nodeName: text('node_name').notNull(),
    pool: text().notNull(),
    joinedAt: timestamp('joined_at', { withTimezone: true }).notNull().defaultNow(),
    /** By what it got in, such as `join token 3`. */
    joinedBy: text('joined_by').notNull(),
    revokedAt: timestamp('revoked_at', { withTimezone: true }),
    revokedReason: text('revoked_reason'),
    lastSeenAt: timestamp('last_seen_at', { withTimezone: true }),
    lastAddress: text('last_address'),
  },
  // A revoked identity leaves its name to the next.
  (table) => [uniqueIndex('node_identities_one_per_name').on(table.nodeName).where(sql`revoked_at is null`)],
);
