import { WISH_STATES, type WishState } from '@binhost/shared/protocol';
import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, jsonb, pgTable, text, timestamp, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { WillHave } from './will-have.ts';

/** Tables of the step demand. Nobody else writes them. */

/** node_id and report_id name rows of ingest, published_id one of publish. */
export const wishes = pgTable(
  'wishes',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    nodeId: uuid('node_id').notNull(),
    reportId: bigint('report_id', { mode: 'number' }).notNull(),
    pool: text().notNull(),
    cpv: text().notNull(),
    slot: text().notNull(),
    subslot: text().notNull(),
    repository: text().notNull(),
    /** Long form, sorted. */
    useEnabled: text('use_enabled').array().notNull(),
    useDisabled: text('use_disabled').array().notNull(),
    /** What the node will have for each `:=` dependency; its text form decides the variant. */
    bindings: jsonb().$type<WillHave[]>().notNull(),
    variantKey: text('variant_key').notNull(),
    state: text().$type<WishState>().notNull(),
    reasonCode: text('reason_code'),
    reason: text(),
    publishedId: bigint('published_id', { mode: 'number' }),
    /** BUILD_ID of that package: what the node's Portage prints behind the version of a binary. */
    publishedBuildId: integer('published_build_id'),
    /** Number of the event that told the node; a look that had received it could see the package. */
    publishedEvent: bigint('published_event', { mode: 'number' }),
    /** Position in the node's merge list, to name the first thing first. */
    position: integer().notNull().default(0),
    firstWantedAt: timestamp('first_wanted_at', { withTimezone: true }).notNull().defaultNow(),
    stateSince: timestamp('state_since', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('wishes_live_once').on(table.nodeId, table.variantKey).where(sql`state <> 'gone'`),
    index('wishes_by_variant').on(table.variantKey),
    check('wishes_state', sql.raw(`state in (${WISH_STATES.map((state) => `'${state}'`).join(', ')})`)),
  ],
);

/**
 * Packages that the operator asked for by hand, by variant. Such a wish is open until it is published, or its build is
 * cancelled.
 */
export const operatorWishes = pgTable('operator_wishes', {
  variantKey: text('variant_key').primaryKey(),
  pool: text().notNull(),
  /** As the operator typed it. */
  atom: text().notNull(),
  cpv: text().notNull(),
  slot: text().notNull(),
  subslot: text().notNull(),
  repository: text().notNull(),
  useEnabled: text('use_enabled').array().notNull(),
  useDisabled: text('use_disabled').array().notNull(),
  bindings: jsonb().$type<WillHave[]>().notNull(),
  askedAt: timestamp('asked_at', { withTimezone: true }).notNull().defaultNow(),
});
