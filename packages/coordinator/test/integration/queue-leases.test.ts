import { randomUUID } from 'node:crypto';
import { systemClock } from '@binhost/shared/time';
import { captureLog, waitFor } from '@binhost/testkit';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { coordinatorConfig } from '../../src/config/coordinator-config.ts';
import { moveBuild } from '../../src/queue/build-store.ts';
import { attempts, builds } from '../../src/queue/build-tables.ts';
import {
  abortAttempt,
  claimBuild,
  claimBuilt,
  failAttempt,
  failPublishing,
  finishPublishing,
  handOver,
  type Lease,
  renewLease,
  startAttempt,
  takeBackLease,
} from '../../src/queue/lease-store.ts';
import { reclaimLeases } from '../../src/queue/reclaim-leases.ts';
import { makeBuild, makeBuilder, makeBuiltBuild, makeLeasedBuild } from './make-build.ts';
import { makeTestDatabase, type TestDatabase } from './test-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await makeTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.open.db.execute(sql`truncate builds cascade`));

const POLICY = { retryPause: 60_000, maxAborts: 3 };

const buildOf = async (buildId: number) => {
  const [row] = await database.open.db.select().from(builds).where(eq(builds.id, buildId));
  return row;
};
const attemptOf = async (attemptId: number) => {
  const [row] = await database.open.db.select().from(attempts).where(eq(attempts.id, attemptId));
  return row;
};

describe('claimBuild', () => {
  it('gives each of 300 builds to exactly one of many builders', async () => {
    const { db } = database.open;
    for (let made = 0; made < 300; made += 50) await Promise.all(Array.from({ length: 50 }, () => makeBuild(db)));
    const builderIds = await Promise.all(Array.from({ length: 8 }, () => makeBuilder(db)));
    const claimed: number[] = [];
    const claimAll = async (builderId: string) => {
      for (;;) {
        const job = await claimBuild(db, { builderId, pools: 'all' });
        if (!job) return;
        claimed.push(job.buildId);
      }
    };
    await Promise.all(builderIds.map(claimAll));
    expect(claimed).toHaveLength(300);
    expect(new Set(claimed).size).toBe(300);
  });

  it('waits for a build that somebody else holds, instead of finding nothing', async () => {
    const { db } = database.open;
    const buildId = await makeBuild(db);
    const builderId = await makeBuilder(db);
    let claim: ReturnType<typeof claimBuild> | undefined;
    await db.transaction(async (tx) => {
      await tx.select().from(builds).where(eq(builds.id, buildId)).for('update');
      claim = claimBuild(db, { builderId, pools: 'all' });
      const waits = sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      await waitFor(async () => (await tx.execute(waits)).length > 0, { what: 'the claim to wait for the row' });
    });
    expect((await claim)?.buildId).toBe(buildId);
  });

  it('never lets two variants of one package run at once in a pool', async () => {
    const { db } = database.open;
    const cpv = 'net-dns/dnsmasq-2.90';
    for (const pool of ['one', 'one', 'one', 'other']) await makeBuild(db, { cpv, pool });
    const builderId = await makeBuilder(db);
    const jobs = await Promise.all(Array.from({ length: 8 }, () => claimBuild(db, { builderId, pools: 'all' })));
    const running = jobs.filter((job) => job !== undefined);
    expect(running.map(({ pool }) => pool).sort()).toEqual(['one', 'other']);
    const [first] = running.filter(({ pool }) => pool === 'one');
    await moveBuild(db, { buildId: first?.buildId ?? 0, event: 'cancel', reason: 'asked for' });
    expect(await claimBuild(db, { builderId, pools: ['one'] })).toMatchObject({ cpv, pool: 'one' });
  });

  it('takes the highest priority of its pools, and nothing before its time', async () => {
    const { db } = database.open;
    await makeBuild(db, { priority: 9, pool: 'other' });
    await makeBuild(db, { priority: 1 });
    const best = await makeBuild(db, { priority: 5 });
    const later = await makeBuild(db, { priority: 7 });
    await db.update(builds).set({ notBefore: sql`now() + interval '1 hour'` }).where(eq(builds.id, later));
    const job = await claimBuild(db, { builderId: await makeBuilder(db), pools: ['default'] });
    expect(job).toMatchObject({ buildId: best, attemptNumber: 1, logPath: `${job?.attemptId}.log` });
  });

  it('hands out everything that the build root needs', async () => {
    const { db } = database.open;
    const face = [{ cpv: 'a/b-1', repository: 'gentoo', useEnabled: ['x'], useDisabled: [] }];
    const bindings = [
      {
        cp: 'dev-libs/libfoo',
        slot: '0',
        subslot: '2',
        cpv: 'dev-libs/libfoo-1.2',
        repository: 'gentoo',
        useEnabled: [],
      },
    ];
    await makeBuild(db, { face, bindings, useEnabled: ['dbus'], pool: 'whole' });
    const job = await claimBuild(db, { builderId: await makeBuilder(db), pools: ['whole'] });
    expect(job).toMatchObject({ face, bindings, useEnabled: ['dbus'], repository: 'gentoo', slot: '0' });
  });
});

describe('a lease', () => {
  it('is renewed while it is held', async () => {
    const { db } = database.open;
    const lease = await makeLeasedBuild(db);
    expect([await renewLease(db, lease), await renewLease(db, lease)]).toEqual([true, true]);
    expect((await attemptOf(lease.attemptId))?.leaseRenewals).toBe(2);
  });

  it('is lost for a late builder: none of its writes does anything', async () => {
    const { db } = database.open;
    const lease = await makeLeasedBuild(db);
    const { attemptId, buildId } = lease;
    expect(await takeBackLease(db, { attemptId, buildId, renewals: 0, policy: POLICY })).toBe(true);
    await db.update(builds).set({ notBefore: sql`now()` }).where(eq(builds.id, buildId));
    const next = await claimBuild(db, { builderId: await makeBuilder(db), pools: [lease.pool] });
    expect(next).toMatchObject({ buildId, attemptNumber: 2 });
    expect(await renewLease(db, lease)).toBe(false);
    const late = { record: {}, text: 'late' };
    const writes = await Promise.allSettled([
      startAttempt(db, lease),
      handOver(db, lease, late),
      failAttempt(db, lease, { ...late, kind: 'package' }),
      abortAttempt(db, lease, { ...late, policy: POLICY }),
    ]);
    for (const write of writes) expect(write).toMatchObject({ status: 'rejected', reason: { code: 'LEASE_LOST' } });
    expect(await buildOf(buildId)).toMatchObject({ state: 'leased', attemptCount: 2 });
    expect(await attemptOf(attemptId)).toMatchObject({ outcome: 'lease-lost' });
  });

  it.each<[string, (own: Lease, other: Lease) => Lease]>([
    ["the attempt of another builder's build", (own, other) => ({ ...own, attemptId: other.attemptId })],
    ["another builder's build", (own, other) => ({ ...own, buildId: other.buildId })],
    [
      "another builder's build and attempt, with its own token",
      (own, other) => ({ ...other, leaseToken: own.leaseToken }),
    ],
    ['a token that it made up', (own) => ({ ...own, leaseToken: randomUUID() })],
    ['an attempt that is not there', (own) => ({ ...own, attemptId: 2_000_000_000 })],
    ['a build that is not there', (own) => ({ ...own, buildId: 2_000_000_000 })],
  ])('of a builder that lies, naming %s, writes nothing', async (_what, lie) => {
    const { db } = database.open;
    const [own, other] = [await makeLeasedBuild(db), await makeLeasedBuild(db)];
    const rows = async () => [
      await Promise.all([own, other].map(({ buildId }) => buildOf(buildId))),
      await Promise.all([own, other].map(({ attemptId }) => attemptOf(attemptId))),
    ];
    const before = await rows();
    const { attemptId, buildId, leaseToken } = lie(own, other);
    const lied = { attemptId, buildId, leaseToken };
    expect(await renewLease(db, lied)).toBe(false);
    const said = { record: {}, text: 'a lie' };
    const writes = await Promise.allSettled([
      startAttempt(db, lied),
      handOver(db, lied, said),
      failAttempt(db, lied, { ...said, kind: 'package' }),
      abortAttempt(db, lied, { ...said, policy: POLICY }),
    ]);
    for (const write of writes) expect(write).toMatchObject({ status: 'rejected', reason: { code: 'LEASE_LOST' } });
    expect(await rows()).toEqual(before);
  });

  it('is lost when a person cancels the build', async () => {
    const { db } = database.open;
    const lease = await makeLeasedBuild(db);
    await moveBuild(db, { buildId: lease.buildId, event: 'cancel', reason: 'cancelled by root' });
    expect(await renewLease(db, lease)).toBe(false);
    expect(await attemptOf(lease.attemptId)).toMatchObject({ outcome: 'cancelled', outcomeText: 'cancelled by root' });
  });

  it('is not taken back when it was renewed meanwhile', async () => {
    const { db } = database.open;
    const { attemptId, buildId, ...lease } = await makeLeasedBuild(db);
    await renewLease(db, { attemptId, buildId, ...lease });
    expect(await takeBackLease(db, { attemptId, buildId, renewals: 0, policy: POLICY })).toBe(false);
  });

  it('is lost once the files are handed over', async () => {
    const { db } = database.open;
    const lease = await makeBuiltBuild(db);
    expect(await renewLease(db, lease)).toBe(false);
    expect(await attemptOf(lease.attemptId)).toMatchObject({ outcome: 'built', endedAt: null });
  });
});

describe('reclaimLeases', () => {
  it('gives the build of a silent builder back and leaves the one that is renewed', async () => {
    const { db } = database.open;
    const silent = await makeLeasedBuild(db);
    const alive = await makeLeasedBuild(db);
    const stop = new AbortController();
    const { log, withMessage } = captureLog();
    const config = coordinatorConfig.parse({ build: { lease: '400ms' } });
    const loop = reclaimLeases({ db, config, clock: systemClock, log, signal: stop.signal });
    await waitFor(
      async () => {
        await renewLease(db, alive);
        return (await buildOf(silent.buildId))?.state === 'queued';
      },
      { what: 'the silent build back in the queue' },
    );
    stop.abort();
    await loop;
    expect(await buildOf(alive.buildId)).toMatchObject({ state: 'leased' });
    expect(await buildOf(silent.buildId)).toMatchObject({ failureKind: null });
    expect(withMessage('took back lease')).toMatchObject([{ step: 'queue', buildId: silent.buildId }]);
  });
});

describe('a failed attempt', () => {
  it('fails the build with its kind and sentence', async () => {
    const { db } = database.open;
    const lease = await makeLeasedBuild(db);
    await startAttempt(db, lease);
    await failAttempt(db, lease, { kind: 'package', text: 'compile failed', phase: 'compile', record: { argv: [] } });
    expect(await buildOf(lease.buildId)).toMatchObject({
      state: 'failed',
      failureKind: 'package',
      reason: 'compile failed',
    });
    expect(await attemptOf(lease.attemptId)).toMatchObject({
      outcome: 'package',
      phase: 'compile',
      record: { argv: [] },
    });
  });

  it('may be handed over again by a builder that did not hear the answer, as long as its files are asked for', async () => {
    const { db } = database.open;
    const { pool, ...lease } = await makeBuiltBuild(db);
    const { buildId, attemptId } = lease;
    const again = () => handOver(db, lease, { record: { argv: ['another'] } });
    await again();
    expect(await attemptOf(attemptId)).toMatchObject({ outcome: 'built', record: { argv: ['emerge'] } });
    await claimBuilt(db, pool);
    await again();
    expect((await buildOf(buildId))?.state).toBe('publishing');
    await finishPublishing(db, { buildId, attemptId, text: 'published as 1' });
    await again();
    const stranger = { ...lease, leaseToken: randomUUID() };
    await expect(handOver(db, stranger, { record: {} })).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });

  it('is not handed over again once somebody else builds it', async () => {
    const { db } = database.open;
    const { pool, ...lease } = await makeBuiltBuild(db);
    await claimBuilt(db, pool);
    await failPublishing(db, { ...lease, text: 'broken', policy: POLICY });
    await expect(handOver(db, lease, { record: {} })).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });

  it('goes back to the queue with a pause when the machinery failed, and gives up after too many in a row', async () => {
    const { db } = database.open;
    const lease = await makeLeasedBuild(db);
    const { buildId, pool } = lease;
    await abortAttempt(db, lease, { text: 'no space left', record: {}, policy: POLICY });
    const waiting = await buildOf(buildId);
    expect(waiting).toMatchObject({ state: 'queued', reason: 'tried again after: no space left' });
    expect(waiting?.notBefore.getTime()).toBeGreaterThan((waiting?.stateSince.getTime() ?? 0) + 50_000);
    const builderId = await makeBuilder(db);
    for (const _ of [2, 3]) {
      await db.update(builds).set({ notBefore: sql`now()` }).where(eq(builds.id, buildId));
      const job = await claimBuild(db, { builderId, pools: [pool] });
      if (job) await abortAttempt(db, job, { text: 'no space left', record: {}, policy: POLICY });
    }
    expect(await buildOf(buildId)).toMatchObject({
      state: 'failed',
      failureKind: 'machinery',
      reason: 'gave up after 3 attempts: no space left',
    });
  });
});

describe('a publisher', () => {
  it('takes the oldest finished build and publishes it', async () => {
    const { db } = database.open;
    const first = await makeBuiltBuild(db, { pool: 'p1' });
    await makeBuiltBuild(db, { pool: 'p1' });
    const job = await claimBuilt(db, 'p1');
    expect(job).toMatchObject({ buildId: first.buildId, attemptId: first.attemptId, record: { argv: ['emerge'] } });
    await finishPublishing(db, { buildId: first.buildId, attemptId: first.attemptId, text: 'published as 1' });
    expect(await buildOf(first.buildId)).toMatchObject({ state: 'published', reason: 'published as 1' });
    expect((await attemptOf(first.attemptId))?.endedAt).toBeInstanceOf(Date);
  });

  it('takes over what a killed one has left, before anything new', async () => {
    const { db } = database.open;
    await makeBuiltBuild(db, { pool: 'p2' });
    await makeBuiltBuild(db, { pool: 'p2' });
    const left = await claimBuilt(db, 'p2');
    expect(await claimBuilt(db, 'p2')).toEqual(left);
  });

  it('sends a build back whose files are broken', async () => {
    const { db } = database.open;
    const lease = await makeBuiltBuild(db, { pool: 'p3' });
    await claimBuilt(db, 'p3');
    await failPublishing(db, { ...lease, text: 'Manifest does not fit', policy: POLICY });
    expect(await buildOf(lease.buildId)).toMatchObject({ state: 'queued', failureKind: null });
    expect(await attemptOf(lease.attemptId)).toMatchObject({ outcome: 'machinery' });
    expect(await claimBuilt(db, 'p3')).toBeUndefined();
  });
});
