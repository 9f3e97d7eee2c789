import { bindingText } from '@binhost/shared/portage';
import {
  BUILD_STATES,
  type BuildState,
  type Report,
  WISH_STATES,
  type WishState,
  type WishView,
} from '@binhost/shared/protocol';
import type { FailureKind } from '../queue/build-state.ts';
import type { AttemptOutcome } from '../queue/build-tables.ts';
import type { AttemptRow, BuildRow, NodeRow, StatusRows, WishCount, WishRow } from './status-rows.ts';
import { findWarnings, isBuilderAlive, type Warning, type WarningFacts } from './warnings.ts';

/**
 * The step status: rows of all steps → what the API, `--json` and the tables of the commands show. Pure.
 * Times are milliseconds since the epoch by the coordinator's clock; null means "never" or "none".
 */
export interface CoordinatorStatus {
  madeAtMs: number;
  version: string;
  startedAtMs: number;
  warnings: Warning[];
  nodes: { total: number; online: number; reported: number };
  /** Live wishes of all nodes by state. */
  wishes: Record<WishState, number>;
  builds: Record<BuildState, number>;
  /** Builds that are worked on. */
  active: BuildView[];
  builders: BuilderView[];
  /** Pools that a running publisher holds. */
  publishing: string[];
  indexes: { pool: string; timestampMs: number; sha256: string; entries: number }[];
}

export interface BuilderView {
  name: string;
  mode: 'overlay' | 'host';
  /** Empty: all. */
  pools: string[];
  version: string;
  alive: boolean;
  seenAtMs: number;
}

export interface NodeView {
  name: string;
  pool: string;
  online: boolean;
  agentVersion: string | null;
  /** Its EMERGE_DEFAULT_OPTS take binaries only. */
  binaryOnly: boolean;
  lastSeenAtMs: number;
  clockSkewMs: number | null;
  report: { number: number; lookedAtMs: number; outcome: Report['outcome']; problems: number } | null;
  wishes: Record<WishState, number>;
}

export interface NodeDetail extends NodeView {
  wishList: WishView[];
}

/** A variant with the wishes for it. */
export interface DemandView {
  variantKey: string;
  pool: string;
  cpv: string;
  slot: string;
  repository: string;
  useEnabled: string[];
  bindings: string[];
  firstWantedAtMs: number;
  build: { id: number; state: BuildState; reason: string } | null;
  wishes: { node: string; state: WishState; reasonCode: string | null; reason: string | null }[];
}

export interface BuildView {
  id: number;
  pool: string;
  cpv: string;
  slot: string;
  repository: string;
  useEnabled: string[];
  bindings: string[];
  variantKey: string;
  state: BuildState;
  sinceMs: number;
  /** Why it is in this state. */
  reason: string;
  failureKind: FailureKind | null;
  priority: number;
  /** Builds that must be published before this one may start. */
  missing: number;
  notBeforeMs: number;
  createdAtMs: number;
  attempts: number;
}

export interface AttemptView {
  id: number;
  number: number;
  builder: string;
  startedAtMs: number;
  endedAtMs: number | null;
  outcome: AttemptOutcome | null;
  text: string | null;
  phase: string | null;
  log: string;
}

export interface BuildDetail extends BuildView {
  attemptList: AttemptView[];
}

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
    builders: builderViews(rows, nowMs, facts.builderSilenceMs),
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

export function wishView(wish: WishRow): WishView {
  return {
    cpv: wish.cpv,
    useEnabled: wish.useEnabled,
    bindings: wish.bindings.map(bindingText),
    state: wish.state,
    reasonCode: wish.reasonCode,
    // While it waits, the build knows best why.
    reason: wish.reason ?? (wish.state === 'waiting' ? (wish.build?.reason ?? null) : null),
    buildState: wish.build?.state ?? null,
    sinceMs: wish.stateSince.getTime(),
    buildId: wish.publishedBuildId,
  };
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
