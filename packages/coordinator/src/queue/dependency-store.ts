import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { LIVE_BUILD_STATES } from './build-state.ts';
import { buildDependencies, builds } from './build-tables.ts';

/**
 * Which build waits for which. An edge is met once, and each meeting lowers the waiting build's counter by one, in the same
 * transaction: so the counter is right however often and by how many publishers at once an end is told.
 *
 * The edges set an order, not a truth: a build whose needed one was cancelled goes on and compiles it on the way.
 */

/** The number has no other meaning. */
const EDGES_LOCK = 7_301_846;

/**
 * Serializes all transactions that add edges or end builds: two together could make a circle, or lock a build and its
 * dependents crosswise. Taken before any row of `builds` is locked; taking it again in the same transaction is free.
 */
export async function lockEdges(tx: Database): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${EDGES_LOCK})`);
}

/**
 * Adds edges from a build to those that it needs. Left out: builds that have ended, the build itself, and builds that wait
 * for it. Call it inside a transaction that has called lockEdges.
 *
 * @returns the build's counter: how many it waits for now
 */
export async function addDependencies(tx: Database, buildId: number, needs: readonly number[]): Promise<number> {
  if (needs.length > 0) {
    const waitingForUs = await transitiveDependents(tx, buildId);
    const wanted = [...new Set(needs)].filter((id) => !waitingForUs.has(id));
    // Held until the edges stand: an end of these builds comes either before, and is seen here, or after, and sees the edges.
    const live =
      wanted.length === 0
        ? []
        : await tx
            .select({ id: builds.id })
            .from(builds)
            .where(and(inArray(builds.id, wanted), inArray(builds.state, [...LIVE_BUILD_STATES])))
            .orderBy(builds.id)
            .for('share');
    await insertEdges(tx, buildId, live);
  }
  const [row] = await tx.select({ missing: builds.missing }).from(builds).where(eq(builds.id, buildId));
  return row?.missing ?? 0;
}

async function insertEdges(tx: Database, buildId: number, needed: { id: number }[]): Promise<void> {
  if (needed.length === 0) return;
  const added = await tx
    .insert(buildDependencies)
    .values(needed.map(({ id }) => ({ buildId, needsBuildId: id })))
    .onConflictDoNothing()
    .returning({ id: buildDependencies.needsBuildId });
  await tx
    .update(builds)
    .set({ missing: sql`${builds.missing} + ${added.length}` })
    .where(eq(builds.id, buildId));
}

/** The build itself and all that wait for it, directly or through others. */
async function transitiveDependents(tx: Database, buildId: number): Promise<Set<number>> {
  const rows = await tx.execute<{ id: string }>(sql`
    with recursive waiting (id) as (
      select ${buildId}::bigint
      union
      select edge.build_id from build_dependencies edge join waiting on edge.needs_build_id = waiting.id where not edge.met
    )
    select id from waiting`);
  return new Set(rows.map(({ id }) => Number(id)));
}

/**
 * Meets all edges to these builds.
 *
 * @returns the blocked builds that wait for nothing any more; the caller moves them on
 */
export async function releaseDependents(tx: Database, needsBuildIds: number[]): Promise<number[]> {
  if (needsBuildIds.length === 0) return [];
  const met = await tx
    .update(buildDependencies)
    .set({ met: true })
    .where(and(inArray(buildDependencies.needsBuildId, needsBuildIds), eq(buildDependencies.met, false)))
    .returning({ buildId: buildDependencies.buildId });
  const counts = new Map<number, number>();
  for (const { buildId } of met) counts.set(buildId, (counts.get(buildId) ?? 0) + 1);
  const free: number[] = [];
  // In the order of their ids, so that two publishers that free the same builds lock them in the same order.
  for (const [buildId, count] of [...counts].sort(([one], [other]) => one - other)) {
    const [row] = await tx
      .update(builds)
      .set({ missing: sql`${builds.missing} - ${count}` })
      .where(eq(builds.id, buildId))
      .returning({ missing: builds.missing, state: builds.state });
    if (row?.missing === 0 && row.state === 'blocked') free.push(buildId);
  }
  return free;
}

/** Puts a text as the reason of all blocked builds that wait for this one. */
export async function explainToDependents(tx: Database, needsBuildId: number, reason: string): Promise<void> {
  const waiting = tx
    .select({ id: buildDependencies.buildId })
    .from(buildDependencies)
    .where(and(eq(buildDependencies.needsBuildId, needsBuildId), eq(buildDependencies.met, false)));
  await tx
    .update(builds)
    .set({ reason })
    .where(and(inArray(builds.id, waiting), eq(builds.state, 'blocked')));
}
