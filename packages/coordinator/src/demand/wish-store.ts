import type { InstalledPackage, Report, WishState } from '@binhost/shared/protocol';
import { and, asc, desc, eq, inArray, ne, sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { inventories, nodes, reports } from '../ingest/report-tables.ts';
import type { LiveWish, WishAction } from './decide-wishes.ts';
import { wishes } from './demand-tables.ts';
import type { WillHave } from './will-have.ts';

/** What demand is made from: rows of ingest, read and never written here. */
export interface NodeList {
  pool: string;
  reportId: number;
  report: Report;
  /** undefined: the node has not sent its inventory yet. */
  installed: InstalledPackage[] | undefined;
}

/** The node's newest complete report and its inventory; undefined: there is no such report. */
export async function loadNodeList(db: Database, nodeId: string): Promise<NodeList | undefined> {
  const [row] = await db
    .select({ pool: nodes.pool, reportId: reports.id, report: reports.body, installed: inventories.packages })
    .from(nodes)
    .innerJoin(reports, and(eq(reports.nodeId, nodes.id), eq(reports.outcome, 'complete')))
    .leftJoin(inventories, eq(inventories.nodeId, nodes.id))
    .where(eq(nodes.id, nodeId))
    .orderBy(desc(reports.id))
    .limit(1);
  return row && { ...row, installed: row.installed ?? undefined };
}

/** Whether no newer complete report has come since. */
export async function isNewestReport(db: Database, nodeId: string, reportId: number): Promise<boolean> {
  const [newest] = await db
    .select({ id: reports.id })
    .from(reports)
    .where(and(eq(reports.nodeId, nodeId), eq(reports.outcome, 'complete')))
    .orderBy(desc(reports.id))
    .limit(1);
  return newest?.id === reportId;
}

/** Lets one transaction at a time write a node's wishes; held to its end. */
export async function lockWishes(tx: Database, nodeId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('wishes of ' || ${nodeId}, 0))`);
}

/** A live wish as the decisions need it. */
export interface StoredWish extends LiveWish {
  nodeId: string;
  pool: string;
  repository: string;
  useEnabled: string[];
  bindings: WillHave[];
  publishedBuildId: number | null;
  position: number;
}

/** @param nodeId undefined: of all nodes */
export async function loadLiveWishes(db: Database, nodeId?: string): Promise<StoredWish[]> {
  return db
    .select({
      id: wishes.id,
      nodeId: wishes.nodeId,
      variantKey: wishes.variantKey,
      pool: wishes.pool,
      cpv: wishes.cpv,
      repository: wishes.repository,
      useEnabled: wishes.useEnabled,
      bindings: wishes.bindings,
      state: wishes.state,
      reasonCode: wishes.reasonCode,
      reason: wishes.reason,
      publishedId: wishes.publishedId,
      publishedEvent: wishes.publishedEvent,
      publishedBuildId: wishes.publishedBuildId,
      position: wishes.position,
    })
    .from(wishes)
    .where(and(ne(wishes.state, 'gone'), ...(nodeId === undefined ? [] : [eq(wishes.nodeId, nodeId)])))
    .orderBy(asc(wishes.nodeId), asc(wishes.position), asc(wishes.id));
}

/** Where a wish comes from. */
export interface WishSource {
  nodeId: string;
  pool: string;
  reportId: number;
}

export async function createWishes(
  tx: Database,
  source: WishSource,
  actions: readonly Extract<WishAction, { kind: 'create' }>[],
): Promise<void> {
  const rows = actions.map(({ row, variantKey, state, reasonCode, reason }) => ({
    ...source,
    variantKey,
    state,
    reasonCode,
    reason,
    cpv: row.entry.cpv,
    slot: row.entry.slot,
    subslot: row.entry.subslot,
    repository: row.entry.repository ?? '',
    useEnabled: row.useEnabled,
    useDisabled: [...row.entry.use.disabled].sort(),
    bindings: row.bindings,
    position: row.position,
  }));
  // 17 columns of at most 65,535 parameters
  for (let start = 0; start < rows.length; start += 2000) {
    await tx.insert(wishes).values(rows.slice(start, start + 2000));
  }
}

export interface WishChange {
  reportId?: number;
  position?: number;
  reasonCode?: string | null;
  reason?: string | null;
  publishedId?: number | null;
  publishedBuildId?: number | null;
  publishedEvent?: number | null;
}

/** Writes the state that the transition table gave, and what comes with it. */
export async function storeWishState(
  tx: Database,
  wishId: number,
  state: WishState,
  change: WishChange,
): Promise<void> {
  await tx
    .update(wishes)
    .set({ state, stateSince: sql`clock_timestamp()`, ...change })
    .where(eq(wishes.id, wishId));
}

/** Changes a wish that stays in its state. */
export async function storeWishChange(tx: Database, wishId: number, change: WishChange): Promise<void> {
  await tx.update(wishes).set(change).where(eq(wishes.id, wishId));
}

/** These wishes stand in the newest report, too. */
export async function storeWishReport(tx: Database, wishIds: readonly number[], reportId: number): Promise<void> {
  if (wishIds.length > 0)
    await tx
      .update(wishes)
      .set({ reportId })
      .where(inArray(wishes.id, [...wishIds]));
}

/** A waiting wish with its variant. */
export interface WaitingWish {
  id: number;
  nodeId: string;
  variantKey: string;
  pool: string;
  cpv: string;
  slot: string;
  subslot: string;
  repository: string;
  useEnabled: string[];
  useDisabled: string[];
  bindings: WillHave[];
  position: number;
  firstWantedAt: Date;
}

/** Live wishes in one of these states, oldest first. */
export async function loadWishes(db: Database, states: WishState[]): Promise<WaitingWish[]> {
  return db
    .select({
      id: wishes.id,
      nodeId: wishes.nodeId,
      variantKey: wishes.variantKey,
      pool: wishes.pool,
      cpv: wishes.cpv,
      slot: wishes.slot,
      subslot: wishes.subslot,
      repository: wishes.repository,
      useEnabled: wishes.useEnabled,
      useDisabled: wishes.useDisabled,
      bindings: wishes.bindings,
      position: wishes.position,
      firstWantedAt: wishes.firstWantedAt,
    })
    .from(wishes)
    .where(inArray(wishes.state, states))
    .orderBy(asc(wishes.firstWantedAt), asc(wishes.id));
}
