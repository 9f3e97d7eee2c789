import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { enqueueBuild, loadLiveBuilds, moveBuild, needBuilds, settlePublished } from '../../src/queue/build-store.ts';
import { builds } from '../../src/queue/build-tables.ts';
import { claimBuild, claimBuilt, finishPublishing } from '../../src/queue/lease-store.ts';
import { makeBuild, makeBuilder, makeBuiltBuild, makeLeasedBuild, makeNewBuild } from './make-build.ts';
import { makeTestDatabase, type TestDatabase } from './test-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await makeTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.open.db.execute(sql`truncate builds cascade`));

const stateOf = async (buildId: number) => {
  const [row] = await database.open.db
    .select({ state: builds.state, missing: builds.missing, reason: builds.reason })
    .from(builds)
    .where(eq(builds.id, buildId));
  return row;
};

const publish = async (pool: string) => {
  const job = await claimBuilt(database.open.db, pool);
  if (!job) throw new Error('expected a job');
  await finishPublishing(database.open.db, { buildId: job.buildId, attemptId: job.attemptId, text: 'published' });
};

describe('a build that needs others', () => {
  it('waits until they are published, with a reason that names them', async () => {
    const { db } = database.open;
    const needed = await makeBuiltBuild(db, { cpv: 'dev-libs/libfoo-1.2' });
    const buildId = await makeBuild(db, { needs: [needed.buildId] });
    expect(await stateOf(buildId)).toEqual({
      state: 'blocked',
      missing: 1,
      reason: `waits for dev-libs/libfoo-1.2 (build ${needed.buildId})`,
    });
    expect((await loadLiveBuilds(db)).find((live) => live.buildId === buildId)?.needs).toEqual([needed.buildId]);
    await publish(needed.pool);
    expect(await stateOf(buildId)).toMatchObject({ state: 'queued', missing: 0 });
  });

  it('is freed exactly once when all that it needs are published at once', async () => {
    const { db } = database.open;
    const needed = await Promise.all(Array.from({ length: 8 }, () => makeBuiltBuild(db)));
    const needs = needed.map((lease) => lease.buildId);
    const dependents = await Promise.all([1, 2, 3, 4].map(() => makeBuild(db, { needs })));
    for (const buildId of dependents) expect(await stateOf(buildId)).toMatchObject({ state: 'blocked', missing: 8 });
    await Promise.all(needed.map((lease) => publish(lease.pool)));
    for (const buildId of dependents) expect(await stateOf(buildId)).toMatchObject({ state: 'queued', missing: 0 });
  });

  it('never waits for a build that ends in the very moment in which it is added', async () => {
    const { db } = database.open;
    const needed = await Promise.all(Array.from({ length: 10 }, () => makeBuiltBuild(db)));
    const dependents = await Promise.all(
      needed.flatMap((lease) => [makeBuild(db, { needs: [lease.buildId] }), publish(lease.pool)]),
    );
    for (const buildId of dependents) {
      if (buildId !== undefined) expect(await stateOf(buildId)).toMatchObject({ state: 'queued', missing: 0 });
    }
  });

  it('is told when one of them fails, and again when it is tried again', async () => {
    const { db } = database.open;
    const needed = await makeLeasedBuild(db, { cpv: 'dev-libs/libbar-3' });
    const buildId = await makeBuild(db, { needs: [needed.buildId] });
    const { buildId: neededId } = needed;
    await moveBuild(db, { buildId: neededId, event: 'fail', reason: 'does not compile', failureKind: 'package' });
    expect((await stateOf(buildId))?.reason).toBe(`waits for dev-libs/libbar-3 (build ${neededId}), which failed`);
    await moveBuild(db, { buildId: neededId, event: 'retry', reason: 'asked for' });
    expect((await stateOf(buildId))?.reason).toBe(`waits for dev-libs/libbar-3 (build ${neededId})`);
  });

  it('goes on when what it needs is cancelled', async () => {
    const { db } = database.open;
    const needed = await makeBuild(db);
    const buildId = await makeBuild(db, { needs: [needed] });
    await moveBuild(db, { buildId: needed, event: 'cancel', reason: 'asked for' });
    expect(await stateOf(buildId)).toMatchObject({ state: 'queued', missing: 0 });
  });

  it('does not start when it is approved before what it needs is there', async () => {
    const { db } = database.open;
    const buildId = await makeBuild(db, { needs: [await makeBuild(db)] });
    await moveBuild(db, { buildId, event: 'hold', reason: 'held by root' });
    expect(await moveBuild(db, { buildId, event: 'approve', reason: 'by root' })).toEqual({
      from: 'held',
      to: 'blocked',
    });
  });
});

describe('needBuilds', () => {
  it('blocks a queued build, and counts an edge only once', async () => {
    const { db } = database.open;
    const needed = await makeBuild(db);
    const buildId = await makeBuild(db);
    expect(await needBuilds(db, buildId, [needed, needed])).toBe(1);
    expect(await needBuilds(db, buildId, [needed])).toBe(1);
    expect(await stateOf(buildId)).toMatchObject({ state: 'blocked', missing: 1 });
  });

  it('makes no circle, also when two ask crosswise at once', async () => {
    const { db } = database.open;
    const [one, other, third] = [await makeBuild(db), await makeBuild(db), await makeBuild(db)];
    await Promise.all([needBuilds(db, one, [other]), needBuilds(db, other, [one])]);
    await needBuilds(db, third, [one, other, third]);
    const states = [await stateOf(one), await stateOf(other)].map((row) => row?.state);
    expect(new Set(states)).toEqual(new Set(['blocked', 'queued']));
  });

  it('ignores builds that have ended', async () => {
    const { db } = database.open;
    const ended = await makeBuild(db);
    await moveBuild(db, { buildId: ended, event: 'cancel', reason: 'asked for' });
    expect(await needBuilds(db, await makeBuild(db), [ended])).toBe(0);
  });

  it('survives ends and additions that cross each other', async () => {
    const { db } = database.open;
    const ids = await Promise.all(Array.from({ length: 12 }, () => makeBuild(db)));
    const work = ids.flatMap((buildId, position) => [
      needBuilds(
        db,
        buildId,
        ids.filter((_, other) => other > position),
      ),
      ...(position % 3 === 0 ? [moveBuild(db, { buildId, event: 'supersede', reason: 'nobody wishes it' })] : []),
    ]);
    await Promise.all(work);
    const rows = await db.execute<{ wrong: number }>(sql`
      select count(*)::int as wrong from builds b where b.missing <>
        (select count(*) from build_dependencies d where d.build_id = b.id and not d.met)`);
    expect(rows[0]?.wrong).toBe(0);
  });
});

describe('settlePublished', () => {
  it('supersedes what nobody has begun and frees its dependents, for by-products', async () => {
    const { db } = database.open;
    const byProduct = makeNewBuild();
    const { buildId: waiting } = await enqueueBuild(db, byProduct);
    const dependent = await makeBuild(db, { needs: [waiting] });
    const main = await makeBuiltBuild(db);
    for (const _ of [1, 2]) await settlePublished(db, [byProduct.variantKey], main.buildId);
    expect(await stateOf(waiting)).toMatchObject({
      state: 'superseded',
      reason: `came as a by-product of build ${main.buildId}`,
    });
    expect(await stateOf(dependent)).toMatchObject({ state: 'queued', missing: 0 });
  });

  it('leaves a build that runs, but lets go what waits for it', async () => {
    const { db } = database.open;
    const build = makeNewBuild({ pool: 'busy' });
    await enqueueBuild(db, build);
    const job = await claimBuild(db, { builderId: await makeBuilder(db), pools: ['busy'] });
    const dependent = await makeBuild(db, { needs: [job?.buildId ?? 0] });
    const main = await makeBuiltBuild(db);
    await settlePublished(db, [build.variantKey], main.buildId);
    expect(await stateOf(job?.buildId ?? 0)).toMatchObject({ state: 'leased' });
    expect(await stateOf(dependent)).toMatchObject({ state: 'queued', missing: 0 });
  });
});
