import { bindingText } from '@binhost/shared/portage';
import { BUILD_STATES, WISH_STATES } from '@binhost/shared/protocol';
import { choreView } from './chore-view.ts';
import type { AttemptRow, BuildRow, NodeRow, StatusRows, WishCount, WishRow } from './status-rows.ts';
import type {
  AttemptView,
  BuildDetail,
  BuilderView,
  BuildView,
  CoordinatorStatus,
  DemandView,
  NodeView,
} from './view-types.ts';
import { findWarnings, isBuilderAlive, type WarningFacts } from './warnings.ts';
import { whatToDoAboutBuild } from './what-to-do.ts';

/**
 * The step status. In: rows of all steps, read by status-store.ts. Out: what the API answers and the commands show
 * (view-types.ts). Called by the API for every question; pure, and so it cannot fail.
 */
export interface StatusFacts extends WarningFacts {
  version: string;
  startedAtMs: number;
}

export function coordinatorStatus(facts: StatusFacts): CoordinatorStatus {
  const { rows, nowMs } = facts;
  return {
    madeAtMs: nowMs,
    version: facts.version,
    startedAtMs: facts.startedAtMs,
    warnings: findWarnings(facts),
    nodes: {
      total: rows.nodes.length,
      online: rows.nodes.filter(({ connectedAt }) => connectedAt !== null).length,
      reported: rows.nodes.filter(({ report }) => report !== null).length,
    },
    wishes: countByState(WISH_STATES, rows.wishCounts),
    builds: countByState(BUILD_STATES, rows.buildCounts),
    active: rows.active.map(buildView),
    stopped: rows.stopped.map((build) => ({ ...buildView(build), whatToDo: whatToDoAboutBuild(build) ?? '' })),
    builders: builderViews(rows, nowMs, facts.builderSilenceMs),
    chores: rows.chores.map(choreView),
    publishing: [...facts.publishingPools],
    indexes: rows.indexes.map(({ pool, timestamp, sha256, entries }) => ({
      pool,
      timestampMs: timestamp * 1000,
      sha256,
      entries,
    })),
  };
}

export function nodeViews(nodes: readonly NodeRow[], counts: readonly WishCount[]): NodeView[] {
  return nodes.map((node) => ({
    name: node.name,
    pool: node.pool,
    online: node.connectedAt !== null,
    agentVersion: node.agentVersion,
    binaryOnly: node.binaryOnly,
    lastSeenAtMs: node.lastSeenAt.getTime(),
    clockSkewMs: node.clockSkewMs,
    report: node.report && {
      number: node.report.number,
      lookedAtMs: node.report.lookedAt.getTime(),
      outcome: node.report.outcome,
      problems: node.report.problems,
    },
    wishes: countByState(
      WISH_STATES,
      counts.filter(({ nodeId }) => nodeId === node.id),
    ),
  }));
}

/** Wishes of all nodes → one row per variant, most wanted first. */
export function demandViews(wishes: readonly WishRow[]): DemandView[] {
  const byVariant = new Map<string, WishRow[]>();
  for (const wish of wishes) byVariant.set(wish.variantKey, [...(byVariant.get(wish.variantKey) ?? []), wish]);
  const views = [...byVariant.values()].flatMap((same) => (same[0] ? [demandView(same[0], same)] : []));
  return views.sort((a, b) => b.wishes.length - a.wishes.length || compareText(a.cpv, b.cpv));
}

function demandView(wish: WishRow, same: readonly WishRow[]): DemandView {
  return {
    variantKey: wish.variantKey,
    pool: wish.pool,
    cpv: wish.cpv,
    slot: wish.slot,
    repository: wish.repository,
    useEnabled: wish.useEnabled,
    bindings: wish.bindings.map(bindingText),
    firstWantedAtMs: Math.min(...same.map(({ firstWantedAt }) => firstWantedAt.getTime())),
    build: wish.build && { id: wish.build.id, state: wish.build.state, reason: wish.build.reason },
    wishes: same.map(({ nodeName, state, reasonCode, reason }) => ({ node: nodeName, state, reasonCode, reason })),
  };
}

export function buildView(build: BuildRow): BuildView {
  return {
    id: build.id,
    pool: build.pool,
    cpv: build.cpv,
    slot: build.slot,
    repository: build.repository,
    useEnabled: build.useEnabled,
    bindings: build.bindings.map(bindingText),
    variantKey: build.variantKey,
    state: build.state,
    sinceMs: build.stateSince.getTime(),
    reason: build.reason,
    failureKind: build.failureKind,
    heldBy: build.heldBy,
    priority: build.priority,
    missing: build.missing,
    notBeforeMs: build.notBefore.getTime(),
    createdAtMs: build.createdAt.getTime(),
    attempts: build.attemptCount,
  };
}

export function buildDetail(build: BuildRow, attempts: readonly AttemptRow[]): BuildDetail {
  return { ...buildView(build), attemptList: attempts.map(attemptView) };
}

function attemptView(attempt: AttemptRow): AttemptView {
  return {
    id: attempt.id,
    number: attempt.number,
    builder: attempt.builderName,
    startedAtMs: attempt.startedAt.getTime(),
    endedAtMs: attempt.endedAt?.getTime() ?? null,
    outcome: attempt.outcome,
    text: attempt.outcomeText,
    phase: attempt.phase,
    log: attempt.logPath,
  };
}

function builderViews(rows: StatusRows, nowMs: number, silenceMs: number): BuilderView[] {
  return rows.builders
    .map((builder) => ({
      name: builder.name,
      mode: builder.mode,
      pools: builder.pools,
      version: builder.version,
      alive: isBuilderAlive(builder, nowMs, silenceMs),
      seenAtMs: builder.seenAt.getTime(),
    }))
    .filter((builder, index, all) => builder.alive || all.findIndex(({ name }) => name === builder.name) === index);
}

function countByState<S extends string>(
  states: readonly S[],
  counts: readonly { state: S; count: number }[],
): Record<S, number> {
  const result = Object.fromEntries(states.map((state) => [state, 0])) as Record<S, number>;
  for (const { state, count } of counts) result[state] += count;
  return result;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
