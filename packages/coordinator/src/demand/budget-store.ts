import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { OVER_BUDGET } from './decide-wishes.ts';
import { wishes } from './demand-tables.ts';
import { lockWishes } from './wish-store.ts';

/**
 * Notes which waiting wishes are over their node's budget, and takes the note off the others. Only what differs is written.
 *
 * @param over all such wishes of all nodes
 * @returns the nodes whose wishes changed
 */
export async function storeOverBudget(
  db: Database,
  over: readonly { wishId: number; nodeId: string; reason: string }[],
): Promise<string[]> {
  const noted = await db
    .select({ wishId: wishes.id, nodeId: wishes.nodeId, reason: wishes.reason })
    .from(wishes)
    .where(and(eq(wishes.state, 'waiting'), eq(wishes.reasonCode, OVER_BUDGET)));
  const before = new Map(noted.map(({ wishId, reason }) => [wishId, reason]));
  const now = new Set(over.map(({ wishId }) => wishId));
  const changes = [
    ...over.filter(({ wishId, reason }) => before.get(wishId) !== reason),
    ...noted.filter(({ wishId }) => !now.has(wishId)).map((wish) => ({ ...wish, reason: null })),
  ];
  const byNode = grouped(changes, ({ nodeId }) => nodeId);
  for (const [nodeId, ofNode] of byNode) {
    await db.transaction(async (tx) => {
      await lockWishes(tx, nodeId);
      for (const [reason, same] of grouped(ofNode, (change) => change.reason)) {
        await noteReason(
          tx,
          same.map(({ wishId }) => wishId),
          reason,
        );
      }
    });
  }
  return [...byNode.keys()];
}

function grouped<T, K>(rows: readonly T[], keyOf: (row: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}

/** A wish that has moved on meanwhile keeps the reason that it came to. */
async function noteReason(tx: Database, ids: readonly number[], reason: string | null): Promise<void> {
  for (let start = 0; start < ids.length; start += MOST_PARAMETERS) {
    await tx
      .update(wishes)
      .set({ reason, reasonCode: reason === null ? null : OVER_BUDGET })
      .where(
        and(
          inArray(wishes.id, ids.slice(start, start + MOST_PARAMETERS)),
          eq(wishes.state, 'waiting'),
          sql`(reason_code is null or reason_code = ${OVER_BUDGET})`,
        ),
      );
  }
}

/** A statement takes at most 65,535. */
const MOST_PARAMETERS = 30_000;
