import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { moveBuild } from '../../src/queue/build-store.ts';
import { builds } from '../../src/queue/build-tables.ts';
import { claimBuild, claimBuilt, failAttempt, renewLease } from '../../src/queue/lease-store.ts';
import {
  approveBuild,
  cancelBuild,
  holdBuild,
  loadCancelledVariants,
  retryBuild,
} from '../../src/queue/operator-store.ts';
import { loadPolicies, type NewPolicy, removePolicy, setPolicy } from '../../src/queue/policy-store.ts';
import { makeBuild, makeBuilder, makeBuiltBuild, makeLeasedBuild, makeNewBuild } from './make-build.ts';
import { makeTestDatabase, type TestDatabase } from './test-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await makeTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.open.db.execute(sql`truncate builds, policies cascade`));

const reason = 'asked for';
const rowOf = async (buildId: number) => {
  const [row] = await database.open.db.select().from(builds).where(eq(builds.id, buildId));
  if (!row) throw new Error(`expected build ${buildId}`);
  return row;
};

describe('cancelBuild', () => {
  it('takes the lease of a running build away, and its variant is known as cancelled', async () => {
    const { db } = database.open;
    const lease = await makeLeasedBuild(db, { variantKey: 'k1' });
    expect(await cancelBuild(db, { buildId: lease.buildId, reason })).toEqual({ from: 'leased' });
    expect(await renewLease(db, lease)).toBe(false);
    expect(await loadCancelledVariants(db, ['k1', 'k2'])).toEqual(
      new Map([['k1', { buildId: lease.buildId, reason }]]),
    );
  });

  it('refuses what has ended, and what does not exist', async () => {
    const { db } = database.open;
    const buildId = await makeBuild(db);
    await cancelBuild(db, { buildId, reason });
    await expect(cancelBuild(db, { buildId, reason })).rejects.toMatchObject({ code: 'ILLEGAL_TRANSITION' });
    await expect(cancelBuild(db, { buildId: 999_999, reason })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('retryBuild', () => {
  it('queues a failed build at once and forgives its attempts', async () => {
    const { db } = database.open;
    const lease = await makeLeasedBuild(db);
    await failAttempt(db, lease, { kind: 'package', text: 'does not compile', record: {} });
    expect(await retryBuild(db, { buildId: lease.buildId, reason })).toEqual({ buildId: lease.buildId });
    expect(await rowOf(lease.buildId)).toMatchObject({ state: 'queued', forgivenAttempts: 1, reason });
  });

  it('ends the pause of a build that waits', async () => {
    const { db } = database.open;
    const lease = await makeLeasedBuild(db);
    const policy = { fetchPause: 3_600_000, maxFetches: 2 };
    await failAttempt(db, lease, { kind: 'fetch', text: 'no mirror answers', record: {}, policy });
    const claim = async () => claimBuild(db, { builderId: await makeBuilder(db), pools: [lease.pool] });
    expect(await claim()).toBeUndefined();
    await retryBuild(db, { buildId: lease.buildId, reason });
    expect(await claim()).toMatchObject({ buildId: lease.buildId, attemptNumber: 2 });
  });

  it('makes a new build of a cancelled one, whose variant is no longer cancelled', async () => {
    const { db } = database.open;
    const buildId = await makeBuild(db, { variantKey: 'k1', useEnabled: ['x'] });
    await cancelBuild(db, { buildId, reason });
    const again = await retryBuild(db, { buildId, reason });
    expect(again.buildId).toBeGreaterThan(buildId);
    expect(await rowOf(again.buildId)).toMatchObject({ state: 'queued', variantKey: 'k1', useEnabled: ['x'] });
    expect(await loadCancelledVariants(db, ['k1'])).toEqual(new Map());
  });

  it('refuses a build that runs', async () => {
    const { db } = database.open;
    const { buildId } = await makeLeasedBuild(db);
    await expect(retryBuild(db, { buildId, reason })).rejects.toMatchObject({ code: 'ILLEGAL_TRANSITION' });
  });
});

describe('failAttempt', () => {
  it('has sources fetched again with growing pauses, up to the setting', async () => {
    const { db } = database.open;
    const lease = await makeLeasedBuild(db);
    const failure = { kind: 'fetch' as const, text: 'no mirror answers', record: {} };
    const policy = { fetchPause: 60_000, maxFetches: 2 };
    await failAttempt(db, lease, { ...failure, policy });
    expect(await rowOf(lease.buildId)).toMatchObject({
      state: 'queued',
      reason: 'fetched again later (try 2 of 2): no mirror answers',
    });
    await db.update(builds).set({ notBefore: sql`now()` });
    const job = await claimBuild(db, { builderId: await makeBuilder(db), pools: [lease.pool] });
    if (!job) throw new Error('expected a job');
    await failAttempt(db, job, { ...failure, policy });
    expect(await rowOf(lease.buildId)).toMatchObject({
      state: 'failed',
      failureKind: 'fetch',
      reason: 'no mirror answers (tried 2 times)',
    });
  });
});

describe('claimBuild', () => {
  it('has a build wait out the second in which another of its version was handed over', async () => {
    const { db } = database.open;
    const { pool } = await makeBuiltBuild(db, { cpv: 'dev-libs/libfoo-1' });
    const claim = async () => claimBuild(db, { builderId: await makeBuilder(db), pools: [pool] });
    await makeBuild(db, { cpv: 'dev-libs/libfoo-1', pool });
    await db
      .update(builds)
      .set({ stateSince: sql`clock_timestamp() + interval '5 seconds'` })
      .where(eq(builds.state, 'built'));
    expect((await claim())?.pauseMs).toBe(1000);
    await makeBuild(db, { cpv: 'dev-libs/libfoo-2', pool });
    expect((await claim())?.pauseMs).toBe(0);
  });

  it('lets a build begin at once when the other one is older', async () => {
    const { db } = database.open;
    const { pool } = await makeBuiltBuild(db, { cpv: 'dev-libs/libfoo-1' });
    await makeBuild(db, { cpv: 'dev-libs/libfoo-1', pool });
    await db
      .update(builds)
      .set({ stateSince: sql`clock_timestamp() - interval '2 seconds'` })
      .where(eq(builds.state, 'built'));
    expect((await claimBuild(db, { builderId: await makeBuilder(db), pools: [pool] }))?.pauseMs).toBe(0);
  });
});

describe('holdBuild and approveBuild', () => {
  it('keep a build from being claimed and let it go', async () => {
    const { db } = database.open;
    const buildId = await makeBuild(db, { pool: 'p' });
    await holdBuild(db, { buildId, reason });
    expect(await rowOf(buildId)).toMatchObject({ state: 'held', heldBy: 'person' });
    expect(await approveBuild(db, { buildId, reason })).toEqual({ from: 'held', to: 'queued' });
    expect(await rowOf(buildId)).toMatchObject({ state: 'queued', heldBy: null, approvedToBuild: true });
  });

  it('mark a quarantined attempt as approved, so that the publisher takes it as it is', async () => {
    const { db } = database.open;
    const { buildId, pool } = await makeBuiltBuild(db);
    expect((await claimBuilt(db, pool))?.isApproved).toBe(false);
    await moveBuild(db, { buildId, event: 'quarantine', reason: 'automagic', heldBy: 'check' });
    expect(await claimBuilt(db, pool)).toBeUndefined();
    expect(await approveBuild(db, { buildId, reason })).toEqual({ from: 'quarantined', to: 'built' });
    expect((await claimBuilt(db, pool))?.isApproved).toBe(true);
  });
});

describe('policies', () => {
  const ask: NewPolicy = { kind: 'package', scope: 'dev-libs/*', verdict: 'ask', stage: 'build', reason: '' };

  it('hold what is enqueued while they stand, and let it go when they are lifted', async () => {
    const { db } = database.open;
    const { policyId } = await setPolicy(db, ask);
    const buildId = await makeBuild(db, { cpv: 'dev-libs/libfoo-1' });
    const other = await makeBuild(db, { cpv: 'app-misc/foo-1' });
    expect(await rowOf(buildId)).toMatchObject({ state: 'held', heldBy: 'policy' });
    expect((await rowOf(buildId)).reason).toContain(`by policy ${policyId} (package dev-libs/*)`);
    expect((await rowOf(other)).state).toBe('queued');
    await removePolicy(db, policyId);
    expect(await rowOf(buildId)).toMatchObject({ state: 'queued', heldBy: null });
  });

  it('hold builds that were queued before, but none that a person approved or held', async () => {
    const { db } = database.open;
    const [queued, approved, held] = [await makeBuild(db), await makeBuild(db), await makeBuild(db)];
    await holdBuild(db, { buildId: approved, reason });
    await approveBuild(db, { buildId: approved, reason });
    await holdBuild(db, { buildId: held, reason });
    const { policyId } = await setPolicy(db, ask);
    expect([(await rowOf(queued)).state, (await rowOf(approved)).state]).toEqual(['held', 'queued']);
    await removePolicy(db, policyId);
    expect([(await rowOf(queued)).state, (await rowOf(held)).state]).toEqual(['queued', 'held']);
  });

  it('replace one another for the same scope and stage', async () => {
    const { db } = database.open;
    const first = await setPolicy(db, ask);
    expect(await setPolicy(db, { ...ask, verdict: 'hold', reason: 'busy' })).toEqual(first);
    expect(await loadPolicies(db)).toMatchObject([{ id: first.policyId, verdict: 'hold', reason: 'busy' }]);
    await expect(removePolicy(db, 999_999)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('let a held build that needs others wait for them once it is let go', async () => {
    const { db } = database.open;
    const { policyId } = await setPolicy(db, ask);
    const needed = await makeBuild(db, { cpv: 'app-misc/foo-1' });
    const buildId = await makeBuild(db, { needs: [needed] });
    await removePolicy(db, policyId);
    expect((await rowOf(buildId)).state).toBe('blocked');
  });

  it.each(['dev-libs/libfoo-1.0.2/x', 'libfoo', '=dev-libs/libfoo-1', ''])('refuse the scope %j', async (scope) => {
    const wrong = setPolicy(database.open.db, { ...ask, scope });
    await expect(wrong).rejects.toMatchObject({ code: 'WRONG_USE' });
  });

  it('see the nodes that wait for a build', async () => {
    const { db } = database.open;
    await setPolicy(db, { kind: 'node', scope: 'n1', verdict: 'hold', stage: 'build', reason: '' });
    const one = await makeBuild(db, makeNewBuild({ nodes: ['n1'] }));
    const both = await makeBuild(db, makeNewBuild({ nodes: ['n1', 'n2'] }));
    expect([(await rowOf(one)).state, (await rowOf(both)).state]).toEqual(['held', 'queued']);
  });
});
