import type { InstalledPackage, MergeEntryOnWire, PackagesPublished, Report } from '@binhost/shared/protocol';
import { type Clock, systemClock } from '@binhost/shared/time';
import { captureLog, makeHello, makeReport, makeTemporaryDirectory } from '@binhost/testkit';
import { and, eq, ne } from 'drizzle-orm';
import { type CoordinatorConfig, coordinatorConfig } from '../../src/config/coordinator-config.ts';
import type { Database } from '../../src/db/database.ts';
import { applyPublished } from '../../src/demand/apply-published.ts';
import { storeOverBudget } from '../../src/demand/budget-store.ts';
import { wishes } from '../../src/demand/demand-tables.ts';
import { loadDemand, loadWanted } from '../../src/demand/load-demand.ts';
import { recordProofs } from '../../src/demand/record-proofs.ts';
import { refreshDemand } from '../../src/demand/refresh-demand.ts';
import { ingestHello } from '../../src/ingest/ingest-hello.ts';
import { ingestInventory } from '../../src/ingest/ingest-inventory.ts';
import { ingestReport } from '../../src/ingest/ingest-report.ts';
import { appendEvent, eventsAfter } from '../../src/notify/event-store.ts';
import { makePlanner, type Planner } from '../../src/plan/planner.ts';
import {
  currentIndex,
  loadPublished,
  publishedOfVersions,
  recordPublished,
} from '../../src/publish/published-store.ts';
import type { BuildJob } from '../../src/queue/build-job.ts';
import {
  enqueueBuild,
  loadLiveBuilds,
  moveBuild,
  needBuilds,
  setPriority,
  settlePublished,
} from '../../src/queue/build-store.ts';
import { claimBuild, claimBuilt, finishPublishing, handOver, startAttempt } from '../../src/queue/lease-store.ts';
import { loadCancelledVariants } from '../../src/queue/operator-store.ts';
import { countPlanned } from '../../src/queue/planned-count-store.ts';
import { loadDenials } from '../../src/queue/policy-read-store.ts';
import { type EbuildTree, openEbuildTree } from '../../src/tree/ebuild-tree.ts';
import { writeRepository } from '../tree/write-repository.ts';
import { makeBuilder } from './make-build.ts';
import { makeTestDatabase } from './test-database.ts';

/**
 * The coordinator's middle, wired as serve wires it, on a real database and a real ebuild tree on disk. Nodes, the builder and
 * the publisher are the test: nodes speak through ingest, builders and publishers through the queue and the published store.
 */
export interface Fleet {
  db: Database;
  /** A directory of the test's own. */
  home: string;
  config: CoordinatorConfig;
  tree: EbuildTree;
  planner: Planner;
  /** The node's id; made at the first mention of its name. */
  node(name: string): Promise<string>;
  /** A node reports; the demand is refreshed and what is published is applied. */
  look(name: string, look: Partial<Report> & { installed?: InstalledPackage[] }): Promise<void>;
  /** cpv → state of the node's live wishes. */
  states(name: string): Promise<Record<string, string>>;
  wish(name: string, cpv: string): Promise<typeof wishes.$inferSelect>;
  /** The builder's next job, begun. */
  claim(): Promise<BuildJob | undefined>;
  /** Hands the job over, and publishes it as its first instance. */
  /** Judges the node's newest list anew. */
  refresh(name: string): Promise<void>;
  publish(job: BuildJob): Promise<void>;
  /** Plans, builds and publishes until nothing is left; cpvs in their order. */
  buildAll(): Promise<string[]>;
  events(name: string): Promise<PackagesPublished[]>;
  prove(name: string, cpv: string, outcome?: 'proven' | 'signature-failed' | 'not-proven'): Promise<number>;
  applyPublished(): Promise<void>;
  /** Forgets all nodes, wishes, builds and packages. */
  reset(): Promise<void>;
  drop(): Promise<void>;
}

/** @param portage settings of the coordinator's; its repositories are the ones written here */
export async function makeFleet(
  ebuilds: Record<string, string[]>,
  portage: Partial<CoordinatorConfig['portage']> = {},
  { clock = systemClock }: { clock?: Clock } = {},
): Promise<Fleet> {
  const home = await makeTemporaryDirectory();
  const database = await makeTestDatabase();
  const { db } = database.open;
  const portageq = await writeRepository(home.path, ebuilds);
  const config = coordinatorConfig.parse({ portage: { root: home.path, portageq, ...portage } });
  const { log } = captureLog();
  const tree = openEbuildTree({ config, log });
  const planner = makePlanner({
    db,
    tree,
    config,
    clock,
    log,
    loadDemand,
    loadWanted,
    publishedOfVersions,
    loadCancelledVariants,
    storeOverBudget,
    countPlanned,
    loadLiveBuilds,
    enqueueBuild,
    needBuilds,
    moveBuild,
    setPriority,
  });
  const builderId = await makeBuilder(db);
  const ids = new Map<string, string>();
  let reportNumber = 0;
  let buildTime = 1_767_225_600;

  const node: Fleet['node'] = async (name) => {
    const known = ids.get(name);
    if (known) return known;
    const { id } = (await ingestHello(db, makeHello({ nodeName: name }), systemClock.nowMs())).node;
    ids.set(name, id);
    return id;
  };
  const apply = async (): Promise<void> => {
    await applyPublished({ db, log, publishedOfVersions, currentIndex, appendEvent });
  };
  const fleet: Fleet = {
    db,
    home: home.path,
    config,
    tree,
    planner,
    node,
    applyPublished: apply,
    look: async (name, { installed = [], ...report }) => {
      const nodeId = await node(name);
      const inventoryDigest = '0'.repeat(64);
      await ingestInventory(db, nodeId, { type: 'inventory', digest: inventoryDigest, packages: installed });
      await ingestReport(db, nodeId, makeReport({ number: ++reportNumber, inventoryDigest, ...report }));
      await fleet.refresh(name);
    },
    refresh: async (name) => {
      const parts = { db, tree, config, clock: systemClock, log, loadPublished, loadDenials };
      await refreshDemand(parts, await node(name));
      await apply();
    },
    states: async (name) => {
      const rows = await db
        .select()
        .from(wishes)
        .where(and(eq(wishes.nodeId, await node(name)), ne(wishes.state, 'gone')));
      return Object.fromEntries(rows.map((row) => [row.cpv, row.state]));
    },
    wish: async (name, cpv) => {
      const [row] = await db
        .select()
        .from(wishes)
        .where(and(eq(wishes.nodeId, await node(name)), eq(wishes.cpv, cpv), ne(wishes.state, 'gone')));
      if (!row) throw new Error(`expected a wish of ${name} for ${cpv}`);
      return row;
    },
    claim: async () => {
      const job = await claimBuild(db, { builderId, pools: 'all' });
      if (job) await startAttempt(db, job);
      return job;
    },
    publish: async (job) => {
      await handOver(db, job, { record: { argv: ['emerge'] } });
      const claimed = await claimBuilt(db, job.pool);
      if (claimed?.buildId !== job.buildId) throw new Error(`expected build ${job.buildId} to be handed over`);
      const packages = [publishedRow(job, (await loadPublished(db, job.pool)).length, ++buildTime)];
      const index = { timestamp: buildTime, sha256: 'a'.repeat(64), entries: 1 };
      await recordPublished(db, job.pool, { packages, index });
      await settlePublished(db, [job.variantKey], job.buildId);
      await finishPublishing(db, { ...job, text: 'published' });
      await apply();
    },
    buildAll: async () => {
      const built: string[] = [];
      for (;;) {
        await planner.pass();
        const job = await fleet.claim();
        if (!job) return built;
        await fleet.publish(job);
        built.push(job.cpv);
      }
    },
    events: async (name) => eventsAfter(db, await node(name), 0),
    prove: async (name, cpv, outcome = 'proven') => {
      const { publishedBuildId } = await fleet.wish(name, cpv);
      const result = { cpv, buildId: publishedBuildId ?? 1, outcome, reason: outcome === 'proven' ? '' : 'because' };
      const { epoch } = makeReport();
      return recordProofs(db, await node(name), { type: 'proofs', epoch, reportNumber, results: [result] });
    },
    reset: async () => {
      ids.clear();
      await db.execute(
        'truncate nodes, reports, inventories, wishes, operator_wishes, builds, published_packages, published_indexes, events, cursors cascade',
      );
    },
    drop: async () => {
      await database.drop();
      await home.remove();
    },
  };
  return fleet;
}

/** What the publisher would record of the job. */
function publishedRow(job: BuildJob, others: number, buildTime: number) {
  const { pool, cpv, repository, slot, subslot, useEnabled, variantKey, attemptId } = job;
  const bindings = job.bindings.map((binding) => `${binding.cp}:${binding.slot}/${binding.subslot}`);
  const path = `${cpv}-${others + 1}.gpkg.tar`;
  const file = { buildId: others + 1, buildTime, path, size: 1000, sha512: '0'.repeat(128), indexTimestamp: buildTime };
  return { pool, cpv, repository, slot, subslot, useEnabled, bindings, variantKey, attemptId, ...file };
}

/** The same rows as they look once their packages are taken as binaries. */
export function asBinaries(entries: readonly MergeEntryOnWire[], event: PackagesPublished[]): MergeEntryOnWire[] {
  const numbers = new Map(event.flatMap(({ packages }) => packages).map((each) => [each.cpv, each.buildId]));
  return entries.map((entry) => {
    const buildId = numbers.get(entry.cpv);
    return buildId === undefined ? entry : { ...entry, kind: 'binary', buildId };
  });
}
