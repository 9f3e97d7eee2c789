import type { Hello } from '@binhost/shared/protocol';
import type { Database } from '../db/database.ts';
import { lastReportNumber, type NodeRow, storedInventoryDigest, storeHello } from './report-store.ts';

/** What `welcome` says about what we have of the node. */
export interface Greeting {
  node: NodeRow;
  /** Newest report of the agent's epoch that is stored; 0: none. */
  lastReport: number;
  /** True: the stored inventory is not the one that the node has now. */
  inventoryWanted: boolean;
}

/**
 * A connection's first message: makes the node where its name is new, takes its epoch, versions and clock skew, and marks it
 * connected.
 *
 * @param nowMs wall clock of the coordinator, milliseconds since the epoch
 */
export async function ingestHello(db: Database, hello: Hello, nowMs: number): Promise<Greeting> {
  return db.transaction(async (tx) => {
    const node = await storeHello(tx, hello, nowMs);
    const lastReport = await lastReportNumber(tx, node.id, hello.epoch);
    const stored = await storedInventoryDigest(tx, node.id);
    const inventoryWanted =
      stored === undefined || (hello.inventoryDigest !== null && hello.inventoryDigest !== stored);
    return { node, lastReport, inventoryWanted };
  });
}
