import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import { coordinatorError } from '../coordinator-errors.ts';
import type { Database } from '../db/database.ts';
import { type AttemptRecord, abortBuild, endAttempt, failFetch } from './attempt-store.ts';
import type { FailureKind } from './build-state.ts';
import { LEASED_BUILD_STATES } from './build-state.ts';
import { moveBuild } from './build-store.ts';
import { attempts, builds } from './build-tables.ts';
import { lockEdges } from './dependency-store.ts';
import type { FetchPolicy, RetryPolicy } from './retry-policy.ts';

export { registerBuilder, retireBuilder, touchBuilder } from './builder-store.ts';
export { claimBuild } from './claim-store.ts';
export { loadLeases } from './held-lease-store.ts';
export {
  claimBuilt,
  failPublishing,
  finishPublishing,
  type PublishJob,
  quarantineBuild,
} from './publish-claim-store.ts';

/**
 * What a builder writes about its attempt. Every write names the lease's token and finds no row once the lease is gone:
 * taken back, cancelled, or handed over. The builder then ends its build and says no more.
 */
export interface Lease {
  attemptId: number;
  buildId: number;
  leaseToken: string;
}

/**
 * Call it well within the lease's length.
 *
 * @returns false: the lease is lost, end the build
 */
export async function renewLease(db: Database, lease: Lease): Promise<boolean> {
  const running = db
    .select({ id: builds.id })
    .from(builds)
    .where(and(eq(builds.id, lease.buildId), inArray(builds.state, [...LEASED_BUILD_STATES])));
  const renewed = await db
    .update(attempts)
    .set({ leaseRenewals: sql`${attempts.leaseRenewals} + 1` })
    .where(and(isCurrent(lease), inArray(attempts.buildId, running)))
    .returning({ id: attempts.id });
  return renewed.length === 1;
}

/** The builder has its root and runs Portage now. @throws LEASE_LOST */
export async function startAttempt(db: Database, lease: Lease): Promise<void> {
  await db.transaction(async (tx) => {
    await holdLease(tx, lease);
    await moveBuild(tx, { buildId: lease.buildId, event: 'start', reason: 'being built' });
  });
}

/**
 * The files lie in staging/ATTEMPT; a publisher goes on. May be called again where the answer was lost: done is done.
 *
 * @throws LEASE_LOST
 */
export async function handOver(db: Database, lease: Lease, { record }: { record: AttemptRecord }): Promise<void> {
  await db.transaction(async (tx) => {
    if (await isHandedOver(tx, lease)) return;
    await holdLease(tx, lease);
    await tx
      .update(attempts)
      .set({ outcome: 'built', outcomeText: 'built, waits for the publisher', record })
      .where(eq(attempts.id, lease.attemptId));
    await moveBuild(tx, { buildId: lease.buildId, event: 'hand-over', reason: 'waits for the publisher' });
  });
}

/**
 * The package does not build, or its configuration stops it: nobody tries again until someone asks. Sources that could not be
 * fetched are tried again by the policy, where one is given.
 *
 * @throws LEASE_LOST
 */
export async function failAttempt(
  db: Database,
  lease: Lease,
  failure: {
    kind: Exclude<FailureKind, 'machinery'>;
    text: string;
    phase?: string | undefined;
    record: AttemptRecord;
    policy?: FetchPolicy;
  },
): Promise<void> {
  await db.transaction(async (tx) => {
    await lockEdges(tx);
    await holdLease(tx, lease);
    const { kind, text, phase, record, policy } = failure;
    const { buildId } = lease;
    await endAttempt(tx, lease.attemptId, { outcome: kind, text, phase, record });
    if (kind === 'fetch' && policy) await failFetch(tx, { buildId, text, policy });
    else await moveBuild(tx, { buildId, event: 'fail', reason: text, failureKind: kind });
  });
}

/**
 * Our machinery failed: the build goes back to the queue with a pause, or fails with kind machinery after too many in a row.
 *
 * @throws LEASE_LOST
 */
export async function abortAttempt(
  db: Database,
  lease: Lease,
  { text, record, policy }: { text: string; record: AttemptRecord; policy: RetryPolicy },
): Promise<void> {
  await db.transaction(async (tx) => {
    await lockEdges(tx);
    await holdLease(tx, lease);
    await endAttempt(tx, lease.attemptId, { outcome: 'machinery', text, record });
    await abortBuild(tx, { buildId: lease.buildId, text, policy });
  });
}

/**
 * Takes a lease back whose builder was silent: unless it was renewed, ended or taken back in between.
 *
 * @param renewals the counter that stood still
 * @returns whether it was taken back
 */
export async function takeBackLease(
  db: Database,
  {
    attemptId,
    buildId,
    renewals,
    policy,
  }: { attemptId: number; buildId: number; renewals: number; policy: RetryPolicy },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    await lockEdges(tx);
    const [build] = await tx.select({ state: builds.state }).from(builds).where(eq(builds.id, buildId)).for('update');
    if (!build || !LEASED_BUILD_STATES.includes(build.state)) return false;
    const text = 'its builder was silent for longer than the lease';
    const ended = await tx
      .update(attempts)
      .set({ endedAt: sql`now()`, outcome: 'lease-lost', outcomeText: text })
      .where(and(eq(attempts.id, attemptId), eq(attempts.leaseRenewals, renewals), isNull(attempts.endedAt)))
      .returning({ id: attempts.id });
    if (ended.length === 0) return false;
    await abortBuild(tx, { buildId, text, policy });
    return true;
  });
}

/** States of a build whose attempt has been handed over and whose files are still asked for. */
const HANDED_OVER_STATES = ['built', 'quarantined', 'publishing', 'published'] as const;

/** True once this lease's own hand-over has been committed. */
async function isHandedOver(tx: Database, lease: Lease): Promise<boolean> {
  const [row] = await tx
    .select({ id: attempts.id })
    .from(attempts)
    .innerJoin(builds, eq(builds.id, attempts.buildId))
    .where(
      and(
        eq(attempts.id, lease.attemptId),
        eq(attempts.buildId, lease.buildId),
        eq(attempts.leaseToken, lease.leaseToken),
        eq(attempts.outcome, 'built'),
        inArray(builds.state, HANDED_OVER_STATES),
      ),
    );
  return row !== undefined;
}

/** Locks the build and makes sure that the lease still holds it. @throws LEASE_LOST */
async function holdLease(tx: Database, lease: Lease): Promise<void> {
  const [build] = await tx
    .select({ state: builds.state })
    .from(builds)
    .where(eq(builds.id, lease.buildId))
    .for('update');
  const [attempt] = await tx.select({ id: attempts.id }).from(attempts).where(isCurrent(lease));
  if (build && LEASED_BUILD_STATES.includes(build.state) && attempt) return;
  throw coordinatorError(
    'LEASE_LOST',
    `attempt ${lease.attemptId} of build ${lease.buildId} has lost its lease; the build is ${build?.state ?? 'gone'}`,
    {
      hint: 'The builder ends this build by itself; nothing needs to be done.',
      detail: { attemptId: lease.attemptId, buildId: lease.buildId },
    },
  );
}

function isCurrent(lease: Lease) {
  return and(
    eq(attempts.id, lease.attemptId),
    eq(attempts.buildId, lease.buildId),
    eq(attempts.leaseToken, lease.leaseToken),
    isNull(attempts.endedAt),
    isNull(attempts.outcome),
  );
}
