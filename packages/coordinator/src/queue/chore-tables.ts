import { sql } from 'drizzle-orm';
import { bigint, boolean, check, pgTable, primaryKey, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import { CHORE_KINDS, CHORE_STATES, type ChoreKind, type ChoreState } from './chore-state.ts';

/** Work of the machine beside builds, which serve asks for and a builder does: docs/decisions/0002. Written by chore-store.ts alone. */

const inList = (values: readonly string[]): string => values.map((value) => `'${value}'`).join(', ');

export const chores = pgTable(
  'chores',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    kind: text().$type<ChoreKind>().notNull(),
    state: text().$type<ChoreState>().notNull().default('asked'),
    /** Who wants it: `the operator`, `the schedule`, `chore 12`. */
    askedBy: text('asked_by').notNull(),
    askedAt: timestamp('asked_at', { withTimezone: true }).notNull().defaultNow(),
    startedAt: timestamp('started_at', { withTimezone: true }),
    /** Raised while it runs: one that stood still for long is given to another builder. */
    seenAt: timestamp('seen_at', { withTimezone: true }),
    endedAt: timestamp('ended_at', { withTimezone: true }),
    /** Host name of the builder that does it. */
    builder: text(),
    /** What came of it, one sentence. */
    result: text(),
    /** Whether serve has done what follows from its end. */
    followed: boolean().notNull().default(false),
  },
  (table) => [
    // Asking twice is asking once.
    uniqueIndex('chores_live_once').on(table.kind).where(sql`state in ('asked', 'running')`),
    check('chores_kind', sql.raw(`kind in (${inList(CHORE_KINDS)})`)),
    check('chores_state', sql.raw(`state in (${inList(CHORE_STATES)})`)),
  ],
);

/** What last stopped a builder or publisher; the row goes when it works again. Written by fault-store.ts alone. */
export const faults = pgTable(
  'faults',
  {
    process: text().$type<'builder' | 'publisher'>().notNull(),
    /** The builder's host, the publisher's pool. */
    name: text().notNull(),
    text: text().notNull(),
    /** How often since it last worked. */
    times: bigint({ mode: 'number' }).notNull().default(1),
    at: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.process, table.name] })],
);
