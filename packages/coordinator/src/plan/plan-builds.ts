/**
 * The pure heart of plan: what the queue should hold, given what nodes wait for.
 * In: one snapshot. Out: actions in the order in which they are to be done, needed builds before those that need them.
 * A variant that is published or has a live build (a failed one is live) is never planned again.
 */
import type { BuildState } from '@binhost/shared/protocol';
import type { Demand, WantedPackage } from '../demand/load-demand.ts';
import { OPERATOR } from '../demand/operator.ts';
import type { EbuildMetadata } from '../tree/ebuild-metadata.ts';
import { type BuildNeeds, buildNeeds } from './build-needs.ts';
import type { LiveBuildFacts, PlannedBuild } from './planned-build.ts';
import { type ExpectedSeconds, type Rank, rankBuilds } from './rank-builds.ts';

export interface PlanSnapshot {
  demands: readonly Demand[];
  live: readonly LiveBuildFacts[];
  /** Variants that stand in an index. */
  published: ReadonlySet<string>;
  /** What the tree says of the demanded variants, by variant key. */
  metadata: ReadonlyMap<string, EbuildMetadata>;
  /** What each node wants, by node. */
  wanted: ReadonlyMap<string, readonly WantedPackage[]>;
  /** MD5 of the demanded variants' ebuilds as they are now, by variant key. */
  ebuildMd5: ReadonlyMap<string, string>;
  /** Demanded variants whose ebuild the tree no longer has. */
  gone: ReadonlySet<string>;
  /** Variants whose newest build a person has cancelled: nobody builds them before someone asks for it. */
  cancelled?: ReadonlySet<string>;
  nowMs: number;
  expectedSeconds?: ExpectedSeconds;
}

export type PlanAction =
  /** `needs`: variants whose builds come first; they are live already, or enqueued by an earlier action. */
  | { kind: 'enqueue'; build: PlannedBuild; needs: string[] }
  /** A build that waits already needs builds that are new. */
  | { kind: 'need'; buildId: number; needs: string[] }
  | { kind: 'supersede'; buildId: number; reason: string }
  | { kind: 'rank'; buildId: number; priority: number; reason: string };

/** States in which a build has not begun, so that nothing is lost with it. */
const NOT_BEGUN: readonly BuildState[] = ['blocked', 'queued', 'held', 'aborted', 'failed'];
/** States in which a build may still be told to wait for another. */
const CAN_WAIT: readonly BuildState[] = ['blocked', 'queued'];
/** States in which a build's place among others matters. */
const ORDERED: readonly BuildState[] = ['blocked', 'queued', 'held', 'aborted'];
/** A priority that moved by less than this share is written only where the order changes: minutes pass for all. */
const NOTICEABLE = 0.2;

export function planBuilds(snapshot: PlanSnapshot): PlanAction[] {
  const { published, gone } = snapshot;
  const todo = snapshot.demands
    .filter(({ variantKey }) => !published.has(variantKey) && !gone.has(variantKey))
    .filter((demand) => !isCancelled(demand, snapshot));
  const needs = buildNeeds(todo, snapshot.metadata);
  const { nowMs, expectedSeconds } = snapshot;
  const ranks = rankBuilds(todo, needs, { nowMs, ...(expectedSeconds && { expectedSeconds }) });
  const renewed = outdatedFailures(snapshot);
  const live = snapshot.live.filter((build) => !renewed.includes(build));
  const byKey = new Map(live.map((build) => [build.variantKey, build]));
  const fresh = inBuildOrder(todo, needs).filter((demand) => !byKey.has(demand.variantKey));
  return [
    ...renewed.map(({ buildId }) => ({ kind: 'supersede' as const, buildId, reason: RENEWED })),
    ...fresh.map((demand) => enqueue(demand, { needs, ranks, snapshot })),
    ...newNeeds(live, needs, new Set(fresh.map((demand) => demand.variantKey))),
    ...supersede(live, snapshot),
    ...rankChanges(live, ranks),
  ];
}

/** What the operator asks for by hand is wanted again, whatever was cancelled before. */
function isCancelled({ variantKey, wishes }: Demand, { cancelled }: PlanSnapshot): boolean {
  return cancelled?.has(variantKey) === true && !wishes.some((wish) => wish.nodeId === OPERATOR);
}

const RENEWED = 'its ebuild has changed since it failed';

/** Builds that failed with another ebuild than the tree has now: another try may end otherwise. */
function outdatedFailures({ live, ebuildMd5 }: PlanSnapshot): LiveBuildFacts[] {
  return live.filter((build) => {
    const now = ebuildMd5.get(build.variantKey);
    return build.state === 'failed' && build.ebuildMd5 !== null && now !== undefined && now !== build.ebuildMd5;
  });
}

/** What is needed stands before what needs it; buildNeeds has no circles. */
function inBuildOrder(todo: readonly Demand[], needs: ReadonlyMap<string, BuildNeeds>): Demand[] {
  const byKey = new Map(todo.map((demand) => [demand.variantKey, demand]));
  const ordered = new Set<Demand>();
  const visit = (demand: Demand): void => {
    if (ordered.has(demand)) return;
    for (const key of needs.get(demand.variantKey)?.first ?? []) {
      const needed = byKey.get(key);
      if (needed) visit(needed);
    }
    ordered.add(demand);
  };
  for (const demand of todo) visit(demand);
  return [...ordered];
}

function enqueue(
  demand: Demand,
  {
    needs,
    ranks,
    snapshot,
  }: { needs: ReadonlyMap<string, BuildNeeds>; ranks: ReadonlyMap<string, Rank>; snapshot: PlanSnapshot },
): PlanAction {
  const { wishes, ...variant } = demand;
  const rank = ranks.get(demand.variantKey) as Rank;
  const nodes = [...new Set(wishes.map((wish) => wish.nodeId))].filter((node) => node !== OPERATOR);
  const face = (snapshot.wanted.get(nodes[0] ?? '') ?? []).filter((each) => !isSame(each, demand));
  const ebuildMd5 = snapshot.ebuildMd5.get(demand.variantKey) ?? null;
  return {
    kind: 'enqueue',
    build: { ...variant, ebuildMd5, nodes, face, priority: rank.priority, reason: rank.reason },
    needs: needs.get(demand.variantKey)?.first ?? [],
  };
}

function isSame(wanted: WantedPackage, demand: Demand): boolean {
  return wanted.cpv === demand.cpv && wanted.repository === demand.repository;
}

function newNeeds(
  live: readonly LiveBuildFacts[],
  needs: ReadonlyMap<string, BuildNeeds>,
  fresh: ReadonlySet<string>,
): PlanAction[] {
  return live
    .filter((build) => CAN_WAIT.includes(build.state))
    .map(({ buildId, variantKey }) => ({
      buildId,
      needs: (needs.get(variantKey)?.first ?? []).filter((key) => fresh.has(key)),
    }))
    .filter((found) => found.needs.length > 0)
    .map((found) => ({ kind: 'need', ...found }));
}

/** Builds that no wish waits for and no wanted build needs, and builds of what the tree no longer has. */
function supersede(live: readonly LiveBuildFacts[], { demands, gone, published }: PlanSnapshot): PlanAction[] {
  const demanded = new Set(demands.map((demand) => demand.variantKey));
  const isWanted = ({ variantKey }: LiveBuildFacts): boolean =>
    demanded.has(variantKey) && !gone.has(variantKey) && !published.has(variantKey);
  const byId = new Map(live.map((build) => [build.buildId, build]));
  const wanted = new Set(live.filter((build) => isWanted(build) || !NOT_BEGUN.includes(build.state)));
  for (const build of wanted) {
    for (const id of build.needs) {
      const needed = byId.get(id);
      if (needed && !gone.has(needed.variantKey)) wanted.add(needed);
    }
  }
  return live
    .filter((build) => !wanted.has(build))
    .map(({ buildId, variantKey, cpv }) => {
      const reason = gone.has(variantKey)
        ? `the binhost's tree no longer has ${cpv}`
        : published.has(variantKey)
          ? `another published package of ${cpv} serves its wishes`
          : 'no node wishes for it any more';
      return { kind: 'supersede', buildId, reason };
    });
}

function rankChanges(live: readonly LiveBuildFacts[], ranks: ReadonlyMap<string, Rank>): PlanAction[] {
  const ranked = live
    .filter((build) => ORDERED.includes(build.state))
    .flatMap((build) => {
      const rank = ranks.get(build.variantKey);
      return rank ? [{ build, rank }] : [];
    })
    .sort((a, b) => b.rank.priority - a.rank.priority);
  const isOrdered = ranked.every(({ build }, i) => i === 0 || (ranked[i - 1]?.build.priority ?? 0) >= build.priority);
  return ranked.flatMap(({ build, rank }) => {
    // what the queue noted about earlier attempts tells more than the place in the line
    const reason = build.attemptCount > 0 ? build.reason : rank.reason;
    const moved = Math.abs(rank.priority - build.priority);
    const matters = isOrdered ? moved > NOTICEABLE * build.priority : moved > 0;
    const isNews = build.state === 'queued' && reason !== build.reason;
    return matters || isNews ? [{ kind: 'rank', buildId: build.buildId, priority: rank.priority, reason }] : [];
  });
}
