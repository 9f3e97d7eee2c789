/**
 * The step demand: what a node's newest complete list means for its wishes.
 * In: the report and inventory that ingest stored, the binhost's ebuild tree, what is published. Out: rows of `wishes`.
 * Called after each report (and for all nodes after the binhost's tree was synced); repeating it changes nothing.
 * May fail with PORTAGE_FAILED, retryable, before anything was written, and with what the database throws.
 */
import { parseCpv } from '@binhost/shared/portage';
import type { InstalledPackage, MergeEntryOnWire } from '@binhost/shared/protocol';
import type { Clock } from '@binhost/shared/time';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { packagesUrl } from '../config/packages-url.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../log.ts';
import type { EbuildTree } from '../tree/ebuild-tree.ts';
import { decideWishes, type WishAction } from './decide-wishes.ts';
import { findBindings } from './find-bindings.ts';
import { implicitUse } from './implicit-use.ts';
import { judgeRows } from './judge-rows.ts';
import { loadRoots, loadSides } from './load-sides.ts';
import { localChange } from './local-changes.ts';
import { matchOurs } from './match-ours.ts';
import { moveWish } from './move-wish.ts';
import type { BothSides } from './obstacles.ts';
import type { PublishedVariant } from './published-variant.ts';
import type { ReportRow } from './report-row.ts';
import { variantKey } from './variant-key.ts';
import { packagesToBe } from './will-have.ts';
import { loadFailedVariants } from './wish-build-store.ts';
import {
  createWishes,
  isNewestReport,
  loadLiveWishes,
  loadNodeList,
  lockWishes,
  type NodeList,
  type StoredWish,
  storeWishChange,
  storeWishReport,
} from './wish-store.ts';

export interface RefreshDemand {
  db: Database;
  tree: EbuildTree;
  config: CoordinatorConfig;
  clock: Clock;
  log: Logger;
  /** What stands in a pool's index; the step publish keeps it. */
  loadPublished(db: Database, pool: string): Promise<PublishedVariant[]>;
  /** What people's policies deny; the step queue keeps them. */
  loadDenials(db: Database): Promise<(subject: DemandedPackage) => string | undefined>;
}

/** What a policy may look at. */
export interface DemandedPackage {
  nodeId: string;
  pool: string;
  cpv: string;
  repository: string;
}

/** How many wishes were made, moved, and are live now; null: there was nothing to do it from. */
export interface DemandChange {
  created: number;
  moved: number;
  live: number;
}

/** @throws PORTAGE_FAILED */
export async function refreshDemand(deps: RefreshDemand, nodeId: string): Promise<DemandChange | null> {
  const { db, log, clock } = deps;
  const startedMs = clock.monotonicMs();
  const list = await loadNodeList(db, nodeId);
  if (!list?.installed) {
    log.debug({ step: 'demand', nodeId }, list ? 'demand waits for the inventory' : 'demand waits for a report');
    return null;
  }
  const { rows, available } = await readRows(deps, list, list.installed);
  const published = await deps.loadPublished(db, list.pool);
  const sides = await loadSides(deps, list, { rows, available, published });
  const roots = await loadRoots(deps, list, { rows, installed: list.installed });
  const { exclude: excluded, allow: allowed } = deps.config.demand;
  const { report, pool } = list;
  const change = await db.transaction(async (tx) => {
    await lockWishes(tx, nodeId);
    // the refresh of a newer report decides, whichever comes first
    if (!(await isNewestReport(tx, nodeId, list.reportId))) return null;
    const wishes = await loadLiveWishes(tx, nodeId);
    const refused = wishes.filter((wish) => wish.state === 'refused').map((wish) => wish.variantKey);
    const failed = await loadFailedVariants(
      tx,
      rows.map((row) => row.variantKey),
    );
    const unserved = new Set([...refused, ...failed]);
    // read under the lock: of two refreshes the later one sees the newer policies
    const denies = await deps.loadDenials(tx);
    const denialOf = ({ entry: { cpv, repository } }: ReportRow): string | undefined =>
      denies({ nodeId, pool, cpv, repository: repository ?? '' });
    const { ours, servedElsewhere } = matchOurs(rows, published);
    const actions = decideWishes({
      wanted: judgeRows(rows, { ...sides, excluded, allowed, roots, unserved, denialOf }),
      ours: ours.map((each) => ({ ...each, localChange: changeOf(each.row, report.facts, sides.repositories) })),
      servedElsewhere,
      wishes,
      published,
      lastEvent: report.lastEvent,
      node: {
        problems: report.problems,
        facts: report.facts,
        repositories: sides.repositories,
        packagesUrl: packagesUrl(deps.config, pool),
      },
    });
    return applyActions(tx, { nodeId, pool, reportId: list.reportId }, { wishes, actions });
  });
  const tookMs = Math.round(clock.monotonicMs() - startedMs);
  if (change) {
    const level = change.created + change.moved > 0 ? 'info' : 'debug';
    log[level]({ step: 'demand', nodeId, reportId: list.reportId, tookMs, ...change }, 'demand refreshed');
  }
  return change;
}

async function readRows(
  { tree }: Pick<RefreshDemand, 'tree'>,
  { pool, report }: NodeList,
  installed: readonly InstalledPackage[],
): Promise<{ rows: ReportRow[]; available: ReturnType<typeof packagesToBe> }> {
  const available = packagesToBe(report.entries, installed);
  const implicit = implicitUse(report.facts);
  const makeRow = async (entry: MergeEntryOnWire, position: number): Promise<ReportRow> => {
    const { cpv, repository, use } = entry;
    const metadata = repository === null ? undefined : await tree.metadata(cpv, repository);
    const useInForce = new Set([...use.enabled, ...implicit]);
    const useEnabled = use.enabled.filter((flag) => !metadata || metadata.iuse.includes(flag)).sort();
    const bindings = metadata ? findBindings(metadata, useInForce, available, report.facts) : [];
    const key = variantKey({ pool, cpv, repository: repository ?? '', useEnabled, bindings });
    return { entry, position, metadata, useInForce, useEnabled, bindings, variantKey: key };
  };
  const listed = report.entries.map((entry, position) => ({ entry, position }));
  const merged = listed.filter(({ entry }) => entry.kind === 'ebuild' || entry.kind === 'binary');
  return { rows: await Promise.all(merged.map(({ entry, position }) => makeRow(entry, position))), available };
}

function changeOf(
  { entry }: ReportRow,
  facts: NodeList['report']['facts'],
  repositories: BothSides['repositories'],
): string | undefined {
  const cp = parseCpv(entry.cpv)?.cp ?? '';
  return localChange({ cp, repository: entry.repository ?? '' }, facts, repositories);
}

async function applyActions(
  tx: Database,
  source: { nodeId: string; pool: string; reportId: number },
  { wishes, actions }: { wishes: readonly StoredWish[]; actions: readonly WishAction[] },
): Promise<DemandChange> {
  const byId = new Map(wishes.map((wish) => [wish.id, wish]));
  const created = actions.filter((action) => action.kind === 'create');
  const moved = actions.filter((action) => action.kind === 'move');
  const kept = actions.filter((action) => action.kind === 'keep');
  for (const { wishId, event, position, reasonCode, reason } of moved) {
    const place = position === null ? {} : { position, reportId: source.reportId };
    await moveWish(tx, byId.get(wishId) as StoredWish, event, { reasonCode, reason, ...place });
  }
  for (const { wishId, position, reasonCode, reason } of kept) {
    const before = byId.get(wishId) as StoredWish;
    const isSame = before.position === position && before.reasonCode === reasonCode && before.reason === reason;
    if (!isSame) await storeWishChange(tx, wishId, { position, reasonCode, reason });
  }
  await storeWishReport(
    tx,
    kept.map((action) => action.wishId),
    source.reportId,
  );
  await createWishes(tx, source, created);
  const gone = moved.filter((action) => action.event === 'leave').length;
  return { created: created.length, moved: moved.length, live: wishes.length + created.length - gone };
}
