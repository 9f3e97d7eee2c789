import { BUILD_STATES, type BuildState } from '@binhost/shared/protocol';
import { eq, inArray, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BUILD_TRANSITIONS, type BuildEvent } from '../../src/queue/build-state.ts';
import { enqueueBuild, loadLiveBuilds, moveBuild, setPriority } from '../../src/queue/build-store.ts';
import { builds, faces } from '../../src/queue/build-tables.ts';
import { makeBuild, makeNewBuild } from './make-build.ts';
import { makeTestDatabase, type TestDatabase } from './test-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await makeTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.open.db.execute(sql`truncate builds cascade`));

const rowOf = async (buildId: number) => {
  const [row] = await database.open.db.select().from(builds).where(eq(builds.id, buildId));
  if (!row) throw new Error(`expected build ${buildId}`);
  return row;
};

describe('moveBuild', () => {
  const events = [...new Set(Object.values(BUILD_TRANSITIONS).flatMap((moves) => Object.keys(moves) as BuildEvent[]))];

  it('makes every move of the table and refuses every other, naming state and event', async () => {
    const { db } = database.open;
    const buildId = await makeBuild(db);
    for (const state of BUILD_STATES) {
      for (const event of events) {
        await db.update(builds).set({ state }).where(eq(builds.id, buildId));
        const move = moveBuild(db, { buildId, event, reason: 'because' });
        const to = BUILD_TRANSITIONS[state][event];
        if (to) expect(await move).toEqual({ from: state, to });
        else await expect(move).rejects.toMatchObject({ code: 'ILLEGAL_TRANSITION', detail: { state, event } });
        expect((await rowOf(buildId)).state).toBe(to ?? state);
      }
    }
  });

  it('refuses a build that does not exist', async () => {
    const move = moveBuild(database.open.db, { buildId: 999_999, event: 'hold', reason: 'because' });
    await expect(move).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('keeps the failure kind only while the build is failed', async () => {
    const { db } = database.open;
    const buildId = await makeBuild(db);
    await moveBuild(db, { buildId, event: 'claim', reason: 'being prepared' });
    await moveBuild(db, { buildId, event: 'fail', reason: 'does not compile', failureKind: 'package' });
    expect(await rowOf(buildId)).toMatchObject({ failureKind: 'package', reason: 'does not compile' });
    await moveBuild(db, { buildId, event: 'retry', reason: 'asked for' });
    expect((await rowOf(buildId)).failureKind).toBeNull();
  });

  it('tells listeners when it commits, and nothing when it is rolled back', async () => {
    const { open } = database;
    const buildId = await makeBuild(open.db);
    const told: string[] = [];
    await open.listen('binhost_cancel', (payload) => told.push(payload));
    await open.listen('binhost_changed', (payload) => told.push(`changed ${payload}`));
    await moveBuild(open.db, { buildId, event: 'claim', reason: 'being prepared' });
    const undone = open.db.transaction(async (tx) => {
      await moveBuild(tx, { buildId, event: 'start', reason: 'being built' });
      throw new Error('undo');
    });
    await expect(undone).rejects.toThrow('undo');
    await moveBuild(open.db, { buildId, event: 'cancel', reason: 'asked for' });
    await expect.poll(() => told).toEqual([`changed ${buildId}`, String(buildId), `changed ${buildId}`]);
  });
});

describe('the table builds', () => {
  it('allows exactly the states of the list', async () => {
    const { db } = database.open;
    const buildId = await makeBuild(db);
    const constraint = await db.execute<{ text: string }>(
      sql`select pg_get_constraintdef(oid) as text from pg_constraint where conname = 'builds_state'`,
    );
    const listed = [...(constraint[0]?.text ?? '').matchAll(/'([a-z]+)'::text/g)].map(([, state]) => state);
    expect(new Set(listed)).toEqual(new Set(BUILD_STATES));
    const set = db
      .update(builds)
      .set({ state: 'lost' as BuildState })
      .where(eq(builds.id, buildId));
    await expect(set).rejects.toMatchObject({ cause: { code: '23514' } });
  });
});

describe('enqueueBuild', () => {
  it('makes one build when many ask for one variant at once', async () => {
    const { db } = database.open;
    const build = makeNewBuild();
    const results = await Promise.all(Array.from({ length: 20 }, () => enqueueBuild(db, build)));
    expect(new Set(results.map(({ buildId }) => buildId)).size).toBe(1);
    expect(results.filter(({ created }) => created)).toHaveLength(1);
  });

  it('makes a new build once the last one has ended', async () => {
    const { db } = database.open;
    const build = makeNewBuild();
    const first = await enqueueBuild(db, build);
    await moveBuild(db, { buildId: first.buildId, event: 'cancel', reason: 'asked for' });
    const second = await enqueueBuild(db, build);
    expect(second).toEqual({ buildId: expect.any(Number), created: true });
    expect(second.buildId).not.toBe(first.buildId);
  });

  it('plans no second build of a variant that failed', async () => {
    const { db } = database.open;
    const build = makeNewBuild();
    const { buildId } = await enqueueBuild(db, build);
    await moveBuild(db, { buildId, event: 'claim', reason: 'being prepared' });
    await moveBuild(db, { buildId, event: 'fail', reason: 'does not compile', failureKind: 'package' });
    expect(await enqueueBuild(db, build)).toEqual({ buildId, created: false });
  });

  it('stores a face once for all builds that take it on', async () => {
    const { db } = database.open;
    const face = [{ cpv: 'sys-apps/face-1', repository: 'gentoo', useEnabled: ['a'], useDisabled: [] }];
    const ids = [await makeBuild(db, { face }), await makeBuild(db, { face })];
    const rows = await db.select().from(builds).where(inArray(builds.id, ids));
    expect(new Set(rows.map(({ faceDigest }) => faceDigest)).size).toBe(1);
    const stored = await db
      .select()
      .from(faces)
      .where(eq(faces.digest, rows[0]?.faceDigest ?? ''));
    expect(stored).toEqual([expect.objectContaining({ packages: face })]);
  });
});

describe('setPriority', () => {
  it('orders the live builds and explains a queued one', async () => {
    const { db } = database.open;
    const first = await makeBuild(db);
    const second = await makeBuild(db);
    await setPriority(db, second, 5, 'two nodes wait');
    expect((await loadLiveBuilds(db)).map(({ buildId }) => buildId)).toEqual([second, first]);
    expect((await rowOf(second)).reason).toBe('two nodes wait');
  });

  it('leaves the reason of a held build, and a running build alone', async () => {
    const { db } = database.open;
    const held = await makeBuild(db);
    const running = await makeBuild(db);
    await moveBuild(db, { buildId: held, event: 'hold', reason: 'held by root' });
    await moveBuild(db, { buildId: running, event: 'claim', reason: 'being prepared' });
    for (const buildId of [held, running]) await setPriority(db, buildId, 5, 'two nodes wait');
    expect(await rowOf(held)).toMatchObject({ priority: 5, reason: 'held by root' });
    expect(await rowOf(running)).toMatchObject({ priority: 0, reason: 'being prepared' });
  });
});
