import type { BuildState } from '@binhost/shared/protocol';
import { and, desc, eq, inArray, ne, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import type { BuildJob } from './build-job.ts';
import { LEASED_BUILD_STATES } from './build-state.ts';
import { moveBuild } from './build-store.ts';
import { attempts, builds, faces } from './build-tables.ts';

type BuildRow = typeof builds.$inferSelect;

/**
 * Takes the first build that may run: highest priority first, not before its time, none of which another variant runs in the
 * same pool. Any number of builders may ask at once; each build goes to one.
 *
 * @returns the job with a lease that must be renewed; undefined: nothing may run now
 */
export async function claimBuild(
  db: Database,
  { builderId, pools }: { builderId: string; pools: readonly string[] | 'all' },
): Promise<BuildJob | undefined> {
  const claim = (skipLocked: boolean): Promise<BuildJob | undefined> =>
    db.transaction(async (tx) => {
      const build = await lockFirst(tx, pools, skipLocked);
      return build && (await lease(tx, build, builderId));
    });
  for (;;) {
    try {
      // A row that somebody else holds is passed over; where nothing else is left, its lock is waited for: the holder may only
      // have ranked it, and nobody would tell this builder again. In a transaction of its own: what the first one locked on
      // its way may be what the holder waits for.
      return (await claim(true)) ?? (await claim(false));
    } catch (error) {
      // Another builder took another variant of the same package in this very moment, or two waited for each other; the next
      // look sees what came of it.
      if (!isRunningOnce(error) && !isDeadlock(error)) throw error;
    }
  }
}

/**
 * When the next build of these pools may run that only waits for its time.
 *
 * @returns milliseconds from now by the database's clock, 0 or less: it may run already; undefined: none waits for its time
 */
export async function nextNotBefore(db: Database, pools: readonly string[] | 'all'): Promise<number | undefined> {
  const [row] = await db
    .select({
      ms: sql<number | null>`ceil(1000 * extract(epoch from min(${builds.notBefore}) - clock_timestamp()))::float8`,
    })
    .from(builds)
    .where(isClaimable(pools));
  return row?.ms ?? undefined;
}

async function lockFirst(
  tx: Database,
  pools: readonly string[] | 'all',
  skipLocked: boolean,
): Promise<BuildRow | undefined> {
  const [build] = await tx
    .select()
    .from(builds)
    .where(and(isClaimable(pools), sql`${builds.notBefore} <= now()`))
    .orderBy(desc(builds.priority), builds.id)
    .limit(1)
    .for('update', skipLocked ? { skipLocked } : {});
  return build;
}

/** A queued build of these pools that nothing is in the way of but its time. */
function isClaimable(pools: readonly string[] | 'all'): SQL | undefined {
  const running = inArray(sql`running.state`, [...LEASED_BUILD_STATES]);
  return and(
    eq(builds.state, 'queued'),
    pools === 'all' ? undefined : inArray(builds.pool, [...pools]),
    sql`not exists (select from builds running
      where running.pool = ${builds.pool} and running.cpv = ${builds.cpv} and ${running})`,
  );
}

async function lease(tx: Database, build: BuildRow, builderId: string): Promise<BuildJob> {
  const number = build.attemptCount + 1;
  const reason = number === 1 ? 'being prepared' : `being prepared, attempt ${number}`;
  await moveBuild(tx, { buildId: build.id, event: 'claim', reason });
  await tx.update(builds).set({ attemptCount: number }).where(eq(builds.id, build.id));
  const [attempt] = await tx
    .insert(attempts)
    .values({ buildId: build.id, number, builderId, leaseToken: sql`gen_random_uuid()`, logPath: '' })
    .returning({ id: attempts.id, leaseToken: attempts.leaseToken });
  if (!attempt) throw new Error('expected the inserted attempt');
  const logPath = `${attempt.id}.log`;
  await tx.update(attempts).set({ logPath }).where(eq(attempts.id, attempt.id));
  const [face] = await tx.select().from(faces).where(eq(faces.digest, build.faceDigest));
  return {
    buildId: build.id,
    attemptId: attempt.id,
    attemptNumber: number,
    leaseToken: attempt.leaseToken,
    pool: build.pool,
    cpv: build.cpv,
    slot: build.slot,
    subslot: build.subslot,
    repository: build.repository,
    useEnabled: build.useEnabled,
    useDisabled: build.useDisabled,
    bindings: build.bindings,
    face: face?.packages ?? [],
    variantKey: build.variantKey,
    logPath,
    pauseMs: await pauseBefore(tx, build),
  };
}

/** The time left of the second in which another build of this version last moved on; it was built no later than that. */
async function pauseBefore(tx: Database, { id, pool, cpv }: BuildRow): Promise<number> {
  const [row] = await tx
    .select({
      ms: sql<number | null>`ceil(1000 * (1 - extract(epoch from clock_timestamp()
        - date_trunc('second', max(${builds.stateSince})))))::integer`,
    })
    .from(builds)
    .where(and(eq(builds.pool, pool), eq(builds.cpv, cpv), ne(builds.id, id), inArray(builds.state, BUILT)));
  return Math.min(1000, Math.max(0, row?.ms ?? 0));
}

/** States of a build that has left a package. */
const BUILT: BuildState[] = ['built', 'quarantined', 'publishing', 'published'];

function isDeadlock(error: unknown): boolean {
  return (error as { cause?: { code?: string } }).cause?.code === '40P01';
}

function isRunningOnce(error: unknown): boolean {
  const cause = (error as { cause?: { code?: string; constraint_name?: string } }).cause;
  return cause?.code === '23505' && cause.constraint_name === 'builds_running_once';
}
