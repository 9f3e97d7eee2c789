import type { Hello, Inventory, Report } from '@binhost/shared/protocol';
import { and, desc, eq, max, notInArray, sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { inventories, nodes, reports } from './report-tables.ts';

export type NodeRow = typeof nodes.$inferSelect;

/** The node of that name, made where it is new. */
export async function storeHello(db: Database, hello: Hello, nowMs: number): Promise<NodeRow> {
  const now = new Date(nowMs);
  const facts = {
    epoch: hello.epoch,
    agentVersion: hello.agentVersion,
    protocolVersion: hello.protocolVersion,
    lastSeenAt: now,
    connectedAt: now,
    clockSkewMs: hello.sentAtMs - nowMs,
  };
  const [row] = await db
    .insert(nodes)
    .values({ name: hello.nodeName, firstSeenAt: now, ...facts })
    .onConflictDoUpdate({ target: nodes.name, set: facts })
    .returning();
  return row as NodeRow;
}

/** The node of that name in that pool, made where it is new; it has joined and not said hello yet. @returns its id */
export async function storeJoined(db: Database, { name, pool }: { name: string; pool: string }): Promise<string> {
  const [row] = await db
    .insert(nodes)
    .values({ name, pool })
    .onConflictDoUpdate({ target: nodes.name, set: { pool } })
    .returning({ id: nodes.id });
  return row?.id ?? '';
}

/** Number of the newest report of this epoch; 0: none. */
export async function lastReportNumber(db: Database, nodeId: string, epoch: string): Promise<number> {
  const [row] = await db
    .select({ number: max(reports.number) })
    .from(reports)
    .where(and(eq(reports.nodeId, nodeId), eq(reports.epoch, epoch)));
  return row?.number ?? 0;
}

/** Digest of the inventory that is stored for the node; undefined: none is. */
export async function storedInventoryDigest(db: Database, nodeId: string): Promise<string | undefined> {
  const [row] = await db.select({ digest: inventories.digest }).from(inventories).where(eq(inventories.nodeId, nodeId));
  return row?.digest;
}

/** Replaces the node's inventory. */
export async function storeInventory(db: Database, nodeId: string, inventory: Inventory): Promise<void> {
  const { digest, packages } = inventory;
  const fields = { digest, packages, receivedAt: sql`now()` };
  await db
    .insert(inventories)
    .values({ nodeId, ...fields })
    .onConflictDoUpdate({ target: inventories.nodeId, set: fields });
}

/** Writes a report once. @returns its id, and whether it was not there before */
export async function storeReport(
  db: Database,
  nodeId: string,
  report: Report,
): Promise<{ reportId: number; isNew: boolean }> {
  const { epoch, number, outcome, lastEvent, inventoryDigest } = report;
  const lookedAt = new Date(report.lookedAtMs);
  const [inserted] = await db
    .insert(reports)
    .values({ nodeId, epoch, number, lookedAt, outcome, lastEvent, inventoryDigest, body: report })
    .onConflictDoNothing({ target: [reports.nodeId, reports.epoch, reports.number] })
    .returning({ id: reports.id });
  if (inserted) return { reportId: inserted.id, isNew: true };
  const [there] = await db
    .select({ id: reports.id })
    .from(reports)
    .where(and(eq(reports.nodeId, nodeId), eq(reports.epoch, epoch), eq(reports.number, number)));
  return { reportId: (there as { id: number }).id, isNew: false };
}

/** What the report says of the node itself. */
export async function storeNodeFacts(db: Database, nodeId: string, report: Report): Promise<void> {
  await db
    .update(nodes)
    .set({ facts: report.facts, binaryOnly: report.facts.binaryOnly, lastSeenAt: sql`now()` })
    .where(eq(nodes.id, nodeId));
}

/** Keeps the node's newest reports, and the newest complete one whatever its age: demand is made from it. */
export async function deleteOldReports(db: Database, nodeId: string, keep: number): Promise<number> {
  const ofNode = db.select({ id: reports.id }).from(reports).where(eq(reports.nodeId, nodeId));
  const newest = await ofNode.orderBy(desc(reports.id)).limit(keep);
  const [complete] = await db
    .select({ id: reports.id })
    .from(reports)
    .where(and(eq(reports.nodeId, nodeId), eq(reports.outcome, 'complete')))
    .orderBy(desc(reports.id))
    .limit(1);
  const kept = [...newest, ...(complete ? [complete] : [])].map((row) => row.id);
  if (kept.length === 0) return 0;
  const deleted = await db
    .delete(reports)
    .where(and(eq(reports.nodeId, nodeId), notInArray(reports.id, kept)))
    .returning({ id: reports.id });
  return deleted.length;
}

/** @param connectedAt null: the connection is gone */
export async function storeConnection(db: Database, nodeId: string, connectedAt: Date | null): Promise<void> {
  await db.update(nodes).set({ connectedAt, lastSeenAt: sql`now()` }).where(eq(nodes.id, nodeId));
}

/** All nodes are taken for disconnected: what a starting coordinator knows of connections. */
export async function clearConnections(db: Database): Promise<void> {
  await db.update(nodes).set({ connectedAt: null });
}
