import type { BuildState } from '@binhost/shared/protocol';
import { and, asc, desc, eq, inArray, isNull, ne, sql } from 'drizzle-orm';
import { coordinatorError } from '../coordinator-errors.ts';
import { CHANNELS } from '../db/channels.ts';
import type { Database } from '../db/database.ts';
import { notifyChannel } from '../db/notify-store.ts';
import type { BoundDependency, FacePackage } from './build-job.ts';
import {
  type BuildEvent,
  type FailureKind,
  LEASED_BUILD_STATES,
  LIVE_BUILD_STATES,
  nextBuildState,
} from './build-state.ts';
import { attempts, buildDependencies, builds, faces } from './build-tables.ts';
import { decidePolicy } from './decide-policy.ts';
import { addDependencies, explainToDependents, lockEdges, releaseDependents } from './dependency-store.ts';
import { faceDigest } from './face-digest.ts';
import { loadPolicies } from './policy-read-store.ts';

/**
 * Step queue. In: builds that the plan asks for. Out: jobs for builders (lease-store.ts), hand-overs for publishers
 * (publish-claim-store.ts), states for everybody. The planner calls it, builders and publishers drive it, commands move it.
 * PostgreSQL is the queue: what two processes may do at once is decided by row locks and unique indexes, never by us.
 *
 * May fail with ILLEGAL_TRANSITION (a move that the state does not allow) and NOT_FOUND.
 */
export interface BuildMove {
  buildId: number;
  event: BuildEvent;
  /** Why, one sentence for a person. */
  reason: string;
  /** Only with the event `fail`. */
  failureKind?: FailureKind;
  /** Not to be claimed before this many milliseconds from now, by the database's clock. */
  pauseMs?: number;
  /** Who wants it to wait, with the events `hold` and `quarantine`; left out: a person. */
  heldBy?: 'person' | 'policy' | 'check';
}

/** States in which a build has ended for good. */
const ENDED: readonly BuildState[] = ['published', 'cancelled', 'superseded'];

const WAITS_FOR_A_PERSON: readonly BuildState[] = ['held', 'quarantined'];

/** Events that concern the builds that wait for this one. */
const TOLD_TO_DEPENDENTS: readonly BuildEvent[] = ['publish-end', 'cancel', 'supersede', 'fail', 'retry'];

/**
 * The one setter of a build's state. Locks the row, applies the transition table, and tells whoever listens when the
 * transaction commits. A build that would be queued while it still needs others goes on to `blocked`; one that ends lets
 * the builds go that waited for it.
 *
 * @returns the state before and after
 * @throws ILLEGAL_TRANSITION, NOT_FOUND
 */
export async function moveBuild(db: Database, move: BuildMove): Promise<{ from: BuildState; to: BuildState }> {
  return db.transaction(async (tx) => {
    if (TOLD_TO_DEPENDENTS.includes(move.event)) await lockEdges(tx);
    const [build] = await tx
      .select({ state: builds.state, pool: builds.pool, cpv: builds.cpv, missing: builds.missing })
      .from(builds)
      .where(eq(builds.id, move.buildId))
      .for('update');
    if (!build) throw notFound(move.buildId);
    const to = stateAfter(build, move);
    await tx
      .update(builds)
      .set({
        state: to,
        stateSince: sql`clock_timestamp()`,
        reason: move.reason,
        failureKind: to === 'failed' ? (move.failureKind ?? 'machinery') : null,
        heldBy: WAITS_FOR_A_PERSON.includes(to) ? (move.heldBy ?? 'person') : null,
        ...(move.pauseMs !== undefined && { notBefore: sql`now() + make_interval(secs => ${move.pauseMs / 1000})` }),
      })
      .where(eq(builds.id, move.buildId));
    if (ENDED.includes(to)) await closeAttempts(tx, move);
    await tellListeners(tx, { buildId: move.buildId, pool: build.pool, from: build.state, to });
    await tellDependents(tx, { buildId: move.buildId, cpv: build.cpv, from: build.state, to });
    return { from: build.state, to };
  });
}

function stateAfter(build: { state: BuildState; missing: number }, move: BuildMove): BuildState {
  const to = nextBuildState(build.state, move.event);
  if (!to) {
    throw coordinatorError(
      'ILLEGAL_TRANSITION',
      `build ${move.buildId} is ${build.state}, which does not allow '${move.event}'`,
      { detail: { buildId: move.buildId, state: build.state, event: move.event } },
    );
  }
  const isStillBlocked = to === 'queued' && build.missing > 0;
  return isStillBlocked ? (nextBuildState(to, 'dependency-added') ?? to) : to;
}

/** A published build's attempt is closed by its publisher; whatever is open otherwise ends here. */
async function closeAttempts(tx: Database, { buildId, event, reason }: BuildMove): Promise<void> {
  if (event === 'publish-end') return;
  await tx
    .update(attempts)
    .set({ endedAt: sql`now()`, outcome: 'cancelled', outcomeText: reason })
    .where(and(eq(attempts.buildId, buildId), isNull(attempts.endedAt)));
}

interface Moved {
  buildId: number;
  from: BuildState;
  to: BuildState;
}

async function tellListeners(tx: Database, { buildId, pool, from, to }: Moved & { pool: string }): Promise<void> {
  if (to === 'queued') await notifyChannel(tx, CHANNELS.queued, pool);
  if (to === 'built') await notifyChannel(tx, CHANNELS.built, pool);
  if (LEASED_BUILD_STATES.includes(from) && ENDED.includes(to)) {
    await notifyChannel(tx, CHANNELS.cancel, String(buildId));
  }
  await notifyChannel(tx, CHANNELS.changed, String(buildId));
}

async function tellDependents(tx: Database, { buildId, cpv, from, to }: Moved & { cpv: string }): Promise<void> {
  if (ENDED.includes(to)) {
    for (const dependent of await releaseDependents(tx, [buildId])) await unblock(tx, dependent);
  } else if (to === 'failed') {
    await explainToDependents(tx, buildId, `waits for ${cpv} (build ${buildId}), which failed`);
  } else if (from === 'failed') {
    await explainToDependents(tx, buildId, `waits for ${cpv} (build ${buildId})`);
  }
}

async function unblock(tx: Database, buildId: number): Promise<void> {
  await moveBuild(tx, { buildId, event: 'dependencies-met', reason: 'everything that it needs is there' });
}

/** What the plan wants to have built. */
export interface NewBuild {
  variantKey: string;
  pool: string;
  cpv: string;
  slot: string;
  subslot: string;
  repository: string;
  /** Long form, sorted. */
  useEnabled: string[];
  useDisabled: string[];
  bindings: BoundDependency[];
  /** MD5 of the ebuild as it is now; undefined: unknown. */
  ebuildMd5?: string | null;
  /** How the demanding node's other packages look. */
  face: FacePackage[];
  /** Builds that should be published first. */
  needs: number[];
  /** Higher is sooner. */
  priority: number;
  reason: string;
  /** Ids of the nodes that wait for it. */
  nodes?: string[];
}

/**
 * Adds a build, unless a live one of the same variant exists: then that one is returned and nothing of it is changed.
 * Safe for any number of callers at once. Where a policy does not let it be built unasked, it is `held` with that reason.
 */
export async function enqueueBuild(db: Database, build: NewBuild): Promise<{ buildId: number; created: boolean }> {
  for (;;) {
    const created = await insertBuild(db, build);
    if (created !== undefined) return { buildId: created, created: true };
    const [live] = await db
      .select({ id: builds.id })
      .from(builds)
      .where(and(eq(builds.variantKey, build.variantKey), inArray(builds.state, [...LIVE_BUILD_STATES])));
    // None: the one that stood in the way has ended in between, so the next try goes through.
    if (live) return { buildId: live.id, created: false };
  }
}

async function insertBuild(db: Database, { face, needs, ...row }: NewBuild): Promise<number | undefined> {
  return db.transaction(async (tx) => {
    const digest = faceDigest(face);
    await tx.insert(faces).values({ digest, packages: face }).onConflictDoNothing();
    const [inserted] = await tx
      .insert(builds)
      .values({ ...row, faceDigest: digest, state: 'queued' })
      .onConflictDoNothing()
      .returning({ id: builds.id });
    if (!inserted) return undefined;
    if (needs.length > 0) await lockEdges(tx);
    const missing = await addDependencies(tx, inserted.id, needs);
    const { verdict, reason } = decidePolicy(await loadPolicies(tx), {
      ...row,
      nodes: row.nodes ?? [],
      stage: 'build',
    });
    if (verdict !== 'auto') {
      await moveBuild(tx, { buildId: inserted.id, event: 'hold', reason, heldBy: 'policy' });
    } else if (missing > 0) {
      await block(tx, inserted.id);
    } else {
      await notifyChannel(tx, CHANNELS.queued, row.pool);
      await notifyChannel(tx, CHANNELS.changed, String(inserted.id));
    }
    return inserted.id;
  });
}

/**
 * Lets a waiting build wait for others too. Builds that have ended and those that (also indirectly) wait for this one are
 * left out: a circle would wait for ever.
 *
 * @returns how many builds it waits for now
 */
export async function needBuilds(db: Database, buildId: number, needs: number[]): Promise<number> {
  return db.transaction(async (tx) => {
    await lockEdges(tx);
    const [build] = await tx.select({ state: builds.state }).from(builds).where(eq(builds.id, buildId)).for('update');
    if (!build) throw notFound(buildId);
    const missing = await addDependencies(tx, buildId, needs);
    if (missing > 0 && build.state === 'queued') await block(tx, buildId);
    return missing;
  });
}

async function block(tx: Database, buildId: number): Promise<void> {
  const needed = await tx
    .select({ id: builds.id, cpv: builds.cpv, state: builds.state })
    .from(buildDependencies)
    .innerJoin(builds, eq(builds.id, buildDependencies.needsBuildId))
    .where(and(eq(buildDependencies.buildId, buildId), eq(buildDependencies.met, false)))
    .orderBy(builds.id);
  const names = needed.map(({ id, cpv, state }) => `${cpv} (build ${id})${state === 'failed' ? ', which failed' : ''}`);
  const [first, ...others] = names;
  const rest = others.length > 0 ? ` and ${others.length} more` : '';
  await moveBuild(tx, { buildId, event: 'dependency-added', reason: `waits for ${first}${rest}` });
}

/** States in which a build can still be ordered among others. */
const WAITING: BuildState[] = ['queued', 'blocked', 'held', 'aborted'];

/**
 * @param priority higher is sooner
 * @param reason shown as the reason of a queued build; blocked and held ones keep theirs
 */
export async function setPriority(db: Database, buildId: number, priority: number, reason: string): Promise<void> {
  const shown = sql<string>`case when ${builds.state} = 'queued' then ${reason} else ${builds.reason} end`;
  await db
    .update(builds)
    .set({ priority, reason: shown })
    .where(
      and(
        eq(builds.id, buildId),
        inArray(builds.state, WAITING),
        sql`(${builds.priority}, ${builds.reason}) is distinct from (${priority}::double precision, ${shown})`,
      ),
    );
}

/** A build that has not ended, as the plan sees it. */
export interface LiveBuild {
  buildId: number;
  variantKey: string;
  pool: string;
  cpv: string;
  slot: string;
  subslot: string;
  repository: string;
  useEnabled: string[];
  bindings: BoundDependency[];
  ebuildMd5: string | null;
  state: BuildState;
  stateSince: Date;
  reason: string;
  failureKind: FailureKind | null;
  priority: number;
  /** Builds that it still waits for. */
  needs: number[];
  notBefore: Date;
  attemptCount: number;
  createdAt: Date;
}

/** All live builds, in the order in which they would be claimed. */
export async function loadLiveBuilds(db: Database): Promise<LiveBuild[]> {
  const rows = await db
    .select()
    .from(builds)
    .where(inArray(builds.state, [...LIVE_BUILD_STATES]))
    .orderBy(desc(builds.priority), asc(builds.id));
  const edges = await db.select().from(buildDependencies).where(eq(buildDependencies.met, false));
  const needs = new Map<number, number[]>();
  for (const { buildId, needsBuildId } of edges) needs.set(buildId, [...(needs.get(buildId) ?? []), needsBuildId]);
  return rows.map(({ id, ...row }) => ({ ...row, buildId: id, needs: needs.get(id) ?? [] }));
}

/** States in which nothing of a build's own is lost when its variant came in as a by-product of another. */
const SUPERSEDABLE: BuildState[] = ['blocked', 'queued', 'held', 'aborted', 'failed'];

/**
 * These variants stand in the index now: builds that waited for them go on, and live builds of the same variants that no
 * builder has begun are superseded. Call it in the transaction that records the publishing; repeating it changes nothing.
 *
 * @param byBuildId the build whose attempt brought them; undefined: they were imported
 */
export async function settlePublished(
  db: Database,
  variantKeys: string[],
  byBuildId: number | undefined,
): Promise<void> {
  if (variantKeys.length === 0) return;
  const reason = byBuildId === undefined ? 'was imported' : `came as a by-product of build ${byBuildId}`;
  await db.transaction(async (tx) => {
    await lockEdges(tx);
    const same = await tx
      .select({ id: builds.id, state: builds.state })
      .from(builds)
      .where(
        and(
          inArray(builds.variantKey, variantKeys),
          inArray(builds.state, [...LIVE_BUILD_STATES]),
          byBuildId === undefined ? undefined : ne(builds.id, byBuildId),
        ),
      )
      .orderBy(builds.id)
      .for('update');
    for (const { id } of same.filter(({ state }) => SUPERSEDABLE.includes(state))) {
      await moveBuild(tx, { buildId: id, event: 'supersede', reason });
    }
    const needed = [...(byBuildId === undefined ? [] : [byBuildId]), ...same.map(({ id }) => id)];
    for (const dependent of await releaseDependents(tx, needed)) await unblock(tx, dependent);
  });
}

function notFound(buildId: number): Error {
  return coordinatorError('NOT_FOUND', `expected a build of number ${buildId}, found none`);
}
