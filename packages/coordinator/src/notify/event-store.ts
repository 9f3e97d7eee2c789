import type { PackagesPublished } from '@binhost/shared/protocol';
import { and, asc, eq, gt, inArray, lte, sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { cursors, events } from './event-tables.ts';

/** What an event says; its number is given when it is written. */
export type EventPayload = Omit<PackagesPublished, 'event'>;

/**
 * Writes the node's next event. Call it in the transaction that makes the event true: the number is taken under the row
 * lock of the node's cursor and held to the commit, so that numbers become visible in their order and a reader that has seen
 * number n can never miss one below it. (Numbers of a sequence commit out of order.)
 *
 * @returns the event's number, rising by one per node
 */
export async function appendEvent(tx: Database, nodeId: string, payload: EventPayload): Promise<number> {
  const [row] = await tx
    .insert(cursors)
    .values({ nodeId, lastEvent: 1 })
    .onConflictDoUpdate({ target: cursors.nodeId, set: { lastEvent: sql`${cursors.lastEvent} + 1` } })
    .returning({ number: cursors.lastEvent });
  const number = (row as { number: number }).number;
  await tx.insert(events).values({ nodeId, number, payload });
  return number;
}

/** The node's events behind `number`, oldest first, as messages ready to send. */
export async function eventsAfter(db: Database, nodeId: string, number: number): Promise<PackagesPublished[]> {
  const rows = await db
    .select({ number: events.number, payload: events.payload })
    .from(events)
    .where(and(eq(events.nodeId, nodeId), gt(events.number, number)))
    .orderBy(asc(events.number));
  return rows.map((row) => ({ ...row.payload, event: row.number }));
}

/** Notes that the node has stored everything up to `number`. Never goes back, and never past what was written. */
export async function markSeen(db: Database, nodeId: string, number: number): Promise<void> {
  await db
    .update(cursors)
    .set({ seenEvent: sql`greatest(${cursors.seenEvent}, least(${number}::bigint, ${cursors.lastEvent}))` })
    .where(eq(cursors.nodeId, nodeId));
}

/**
 * Lets the node's numbers go on behind what its agent already has. An agent that knows more events than we do speaks of a
 * database that is no more; new events under old numbers would be skipped by it, and taken for seen by its looks.
 *
 * @param known `lastEvent` of the agent's hello
 */
export async function raiseCursor(db: Database, nodeId: string, known: number): Promise<void> {
  if (known <= 0) return;
  await db
    .insert(cursors)
    .values({ nodeId, lastEvent: known, seenEvent: known })
    .onConflictDoUpdate({
      target: cursors.nodeId,
      set: { lastEvent: known, seenEvent: known },
      setWhere: sql`${cursors.lastEvent} < ${known}`,
    });
}

/** Number of the newest event of each node; a node without events is missing. */
export async function newestEvents(db: Database, nodeIds: readonly string[]): Promise<Map<string, number>> {
  if (nodeIds.length === 0) return new Map();
  const rows = await db
    .select({ nodeId: cursors.nodeId, lastEvent: cursors.lastEvent })
    .from(cursors)
    .where(inArray(cursors.nodeId, [...nodeIds]));
  return new Map(rows.map((row) => [row.nodeId, row.lastEvent]));
}

/** Drops what the node has seen, but for the newest `keep` of it. @returns how many were dropped */
export async function pruneEvents(db: Database, nodeId: string, keep: number): Promise<number> {
  const [cursor] = await db.select().from(cursors).where(eq(cursors.nodeId, nodeId));
  if (!cursor || cursor.seenEvent <= keep) return 0;
  const dropped = await db
    .delete(events)
    .where(and(eq(events.nodeId, nodeId), lte(events.number, cursor.seenEvent - keep)))
    .returning({ number: events.number });
  return dropped.length;
}
