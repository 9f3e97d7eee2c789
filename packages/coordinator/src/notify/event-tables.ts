import type { PackagesPublished } from '@binhost/shared/protocol';
import { bigint, jsonb, pgTable, primaryKey, timestamp, uuid } from 'drizzle-orm/pg-core';

/** Tables of the step notify. Numbers are per node, taken under the cursor's row lock in the transaction that writes the event. */

export const events = pgTable(
  'events',
  {
    nodeId: uuid('node_id').notNull(),
    number: bigint({ mode: 'number' }).notNull(),
    payload: jsonb().$type<Omit<PackagesPublished, 'event'>>().notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.nodeId, table.number] })],
);

export const cursors = pgTable('cursors', {
  nodeId: uuid('node_id').primaryKey(),
  /** Number of the newest event written for the node. */
  lastEvent: bigint('last_event', { mode: 'number' }).notNull().default(0),
  /** The node has stored everything up to this one. */
  seenEvent: bigint('seen_event', { mode: 'number' }).notNull().default(0),
});
