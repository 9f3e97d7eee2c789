import type { InstalledPackage, NodeFacts, Report } from '@binhost/shared/protocol';
import { bigint, boolean, integer, jsonb, pgTable, text, timestamp, unique, uuid } from 'drizzle-orm/pg-core';

/** Tables of the step ingest: what nodes are and what they said. Nobody else writes them. */

export const nodes = pgTable('nodes', {
  id: uuid().primaryKey().defaultRandom(),
  name: text().notNull().unique(),
  pool: text().notNull().default('default'),
  epoch: uuid(),
  agentVersion: text('agent_version'),
  protocolVersion: integer('protocol_version'),
  binaryOnly: boolean('binary_only').notNull().default(false),
  facts: jsonb().$type<NodeFacts>(),
  firstSeenAt: timestamp('first_seen_at', { withTimezone: true }).notNull().defaultNow(),
  lastSeenAt: timestamp('last_seen_at', { withTimezone: true }).notNull().defaultNow(),
  /** null while no connection is open. */
  connectedAt: timestamp('connected_at', { withTimezone: true }),
  /** Node clock minus coordinator clock at the last hello. */
  clockSkewMs: bigint('clock_skew_ms', { mode: 'number' }),
});

export const reports = pgTable(
  'reports',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    nodeId: uuid('node_id')
      .notNull()
      .references(() => nodes.id),
    epoch: uuid().notNull(),
    number: integer().notNull(),
    lookedAt: timestamp('looked_at', { withTimezone: true }).notNull(),
    receivedAt: timestamp('received_at', { withTimezone: true }).notNull().defaultNow(),
    outcome: text().$type<Report['outcome']>().notNull(),
    /** Newest event that the look could have seen. */
    lastEvent: bigint('last_event', { mode: 'number' }).notNull(),
    inventoryDigest: text('inventory_digest').notNull(),
    /** The whole message. */
    body: jsonb().$type<Report>().notNull(),
  },
  (table) => [unique('reports_once').on(table.nodeId, table.epoch, table.number)],
);

export const inventories = pgTable('inventories', {
  nodeId: uuid('node_id')
    .primaryKey()
    .references(() => nodes.id),
  digest: text().notNull(),
  packages: jsonb().$type<InstalledPackage[]>().notNull(),
  receivedAt: timestamp('received_at', { withTimezone: true }).notNull().defaultNow(),
});
