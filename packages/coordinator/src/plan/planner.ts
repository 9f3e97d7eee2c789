/**
 * The step plan: keeps the queue in step with demand.
 * In: what nodes wait for, live builds, what is published, the ebuild tree. Out: calls of the queue step, which are passed in.
 * serve wakes it after demand changed or a build ended; it also looks by itself every `plan.interval`.
 * A pass that fails (PORTAGE_FAILED, the database away) is logged and done again at the next look: every pass starts from
 * what stands in the database, and every call that it makes may be repeated.
 */
import { BinhostError } from '@binhost/shared/errors';
import type { Clock } from '@binhost/shared/time';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import type { Database } from '../db/database.ts';
import type { Demand, WantedPackage } from '../demand/load-demand.ts';
import { loadServing, type PublishedOfVersions } from '../demand/load-serving.ts';
import type { Logger } from '../log.ts';
import type { EbuildMetadata } from '../tree/ebuild-metadata.ts';
import type { EbuildTree } from '../tree/ebuild-tree.ts';
import { budgetDemand, type WishOverBudget } from './budget-demand.ts';
import { type PlanAction, planBuilds } from './plan-builds.ts';
import type { LiveBuildFacts, PlannedBuild } from './planned-build.ts';
import type { ExpectedSeconds } from './rank-builds.ts';

export interface PlannerDeps {
  db: Database;
  tree: EbuildTree;
  config: CoordinatorConfig;
  clock: Clock;
  log: Logger;
  // from demand
  loadDemand(db: Database): Promise<Demand[]>;
  loadWanted(db: Database): Promise<Map<string, WantedPackage[]>>;
  /** Notes which wishes are over their node's budget: all of them, of all nodes. */
  storeOverBudget(db: Database, over: readonly WishOverBudget[]): Promise<unknown>;
  // from queue
  /** Builds planned since then, by the node that they were planned for first. */
  countPlanned(db: Database, sinceMs: number): Promise<Map<string, number>>;
  loadLiveBuilds(db: Database): Promise<LiveBuildFacts[]>;
  enqueueBuild(db: Database, build: PlannedBuild & { needs: number[] }): Promise<{ buildId: number; created: boolean }>;
  needBuilds(db: Database, buildId: number, needs: number[]): Promise<unknown>;
  moveBuild(db: Database, move: { buildId: number; event: 'supersede'; reason: string }): Promise<unknown>;
  loadCancelledVariants(db: Database, variantKeys: string[]): Promise<ReadonlyMap<string, unknown>>;
  setPriority(db: Database, buildId: number, priority: number, reason: string): Promise<void>;
  // from publish
  publishedOfVersions: PublishedOfVersions;
  /** What is known of how long builds take; left out: nothing. */
  loadExpectedSeconds?(db: Database): Promise<ExpectedSeconds>;
}

export interface PlanSummary {
  enqueued: number;
  superseded: number;
  ranked: number;
}

export interface Planner {
  /** Asks for a pass soon; any number of calls before it begins make one. */
  wake(): void;
  /** Passes until the signal aborts; resolves after the pass that was running. */
  run(signal: AbortSignal): Promise<void>;
  /** One pass now. @throws what the database or Portage throws */
  pass(): Promise<PlanSummary>;
}

export function makePlanner(deps: PlannerDeps): Planner {
  const log = deps.log.child({ step: 'plan' });
  let isWoken = false;
  let pause = new AbortController();

  async function run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      isWoken = false;
      try {
        report(await pass());
      } catch (error) {
        const heals = error instanceof BinhostError && error.retryable;
        log[heals ? 'warn' : 'error']({ err: error }, 'plan failed');
      }
      if (isWoken || signal.aborted) continue;
      pause = new AbortController();
      await deps.clock.sleep(deps.config.plan.interval, AbortSignal.any([signal, pause.signal]));
    }
  }

  async function pass(): Promise<PlanSummary> {
    const { snapshot, over } = await readSnapshot(deps);
    const actions = planBuilds(snapshot);
    await applyActions(deps, actions);
    await deps.storeOverBudget(deps.db, over);
    const count = (kind: PlanAction['kind']): number => actions.filter((action) => action.kind === kind).length;
    return { enqueued: count('enqueue'), superseded: count('supersede'), ranked: count('rank') };
  }

  function report(summary: PlanSummary): void {
    if (summary.enqueued + summary.superseded > 0) log.info(summary, 'builds planned');
  }

  return {
    pass,
    run,
    wake: () => {
      isWoken = true;
      pause.abort();
    },
  };
}

interface Read {
  snapshot: Parameters<typeof planBuilds>[0];
  over: WishOverBudget[];
}

async function readSnapshot(deps: PlannerDeps): Promise<Read> {
  const { db, tree, clock } = deps;
  const { live, cancelled, demands, over } = await readAffordable(deps);
  const wanted = await deps.loadWanted(db);
  const served = await loadServing(db, deps.publishedOfVersions, demands);
  const ebuilds = await Promise.all(demands.map((demand) => readEbuild(tree, demand)));
  const found = ebuilds.filter((each) => each.metadata !== undefined);
  const snapshot = {
    demands,
    wanted,
    live,
    published: new Set(served.keys()),
    metadata: new Map(found.map(({ key, metadata }) => [key, metadata as EbuildMetadata])),
    ebuildMd5: new Map(ebuilds.flatMap(({ key, md5 }) => (md5 === undefined ? [] : [[key, md5] as const]))),
    gone: new Set(ebuilds.filter((each) => each.md5 === undefined).map(({ key }) => key)),
    cancelled,
    nowMs: clock.nowMs(),
    ...(deps.loadExpectedSeconds && { expectedSeconds: await deps.loadExpectedSeconds(db) }),
  };
  return { snapshot, over };
}

/** What is over a node's budget goes no further: no ebuild of it is read, nothing is ordered by it. */
async function readAffordable(deps: PlannerDeps) {
  const { db, clock, config } = deps;
  const all = await deps.loadDemand(db);
  const live = await deps.loadLiveBuilds(db);
  const keys = all.map(({ variantKey }) => variantKey);
  const cancelled = new Set((await deps.loadCancelledVariants(db, keys)).keys());
  const budgeted = budgetDemand({
    demands: all,
    live: new Map(live.map(({ variantKey, state }) => [variantKey, state])),
    cancelled,
    buildsOfDay: await deps.countPlanned(db, clock.nowMs() - DAY_MS),
    allowance: config.limits,
  });
  return { live, cancelled, ...budgeted };
}

const DAY_MS = 86_400_000;

async function readEbuild(tree: EbuildTree, { variantKey, cpv, repository }: Demand) {
  const md5 = await tree.ebuildMd5(cpv, repository);
  return { key: variantKey, md5, metadata: md5 === undefined ? undefined : await tree.metadata(cpv, repository) };
}

async function applyActions(deps: PlannerDeps, actions: readonly PlanAction[]): Promise<void> {
  const { db } = deps;
  const ids = new Map((await deps.loadLiveBuilds(db)).map((build) => [build.variantKey, build.buildId]));
  const idsOf = (keys: readonly string[]): number[] => keys.flatMap((key) => ids.get(key) ?? []);
  for (const action of actions) {
    switch (action.kind) {
      case 'enqueue': {
        const { buildId } = await deps.enqueueBuild(db, { ...action.build, needs: idsOf(action.needs) });
        ids.set(action.build.variantKey, buildId);
        break;
      }
      case 'need':
        await deps.needBuilds(db, action.buildId, idsOf(action.needs));
        break;
      case 'supersede':
        await unlessItMoved(() =>
          deps.moveBuild(db, { buildId: action.buildId, event: 'supersede', reason: action.reason }),
        );
        break;
      case 'rank':
        await deps.setPriority(db, action.buildId, action.priority, action.reason);
        break;
    }
  }
}

/** Between the look and the deed a build may have ended; the next pass sees it. */
async function unlessItMoved(deed: () => Promise<unknown>): Promise<void> {
  try {
    await deed();
  } catch (error) {
    if (!(error instanceof BinhostError && error.code === 'ILLEGAL_TRANSITION')) throw error;
  }
}
