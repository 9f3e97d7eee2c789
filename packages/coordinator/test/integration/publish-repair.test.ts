import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import { eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { currentIndex, loadPublished } from '../../src/publish/published-store.ts';
import { builds } from '../../src/queue/build-tables.ts';
import { abortAttempt } from '../../src/queue/lease-store.ts';
import { cancelBuild } from '../../src/queue/operator-store.ts';
import { makeLeasedBuild } from './make-build.ts';
import { makePublisherRig, type PublisherRig } from './make-publisher.ts';
import { makeTestDatabase, type TestDatabase } from './test-database.ts';

let database: TestDatabase;
let rig: PublisherRig;
let keys: TemporaryDirectory;
beforeAll(async () => {
  [database, keys] = await Promise.all([makeTestDatabase(), makeTemporaryDirectory()]);
});
afterAll(() => Promise.all([database.drop(), keys.remove()]));
beforeEach(async () => {
  await database.open.db.execute(sql`truncate builds, published_packages, published_indexes cascade`);
  rig = await makePublisherRig(database, join(keys.path, 'gnupg'));
  rig.config.publish.checkInterval = 300;
});
afterEach(() => rig.remove());

const PATH = 'dev-libs/libfoo/libfoo-1.0-1.gpkg.tar';
const buildOf = async (buildId: number) => {
  const [row] = await database.open.db.select().from(builds).where(eq(builds.id, buildId));
  return row;
};
const isPublished = async (buildId: number) => (await buildOf(buildId))?.state === 'published';
const published = async () => (await loadPublished(database.open.db, 'default')).map(({ path }) => path);
const timestamp = async () => (await currentIndex(database.open.db, 'default'))?.timestamp ?? 0;
const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

describe('a file that vanishes from the published directory', () => {
  it('leaves index and table while the publisher runs, and the index gets newer', async () => {
    const { buildId } = await rig.handOver();
    let before = 0;
    await rig.publishUntil(async () => {
      if (before === 0 && (await isPublished(buildId))) {
        before = await timestamp();
        await rm(join(rig.published, PATH));
      }
      return before > 0 && (await published()).length === 0;
    });
    expect(await timestamp()).toBeGreaterThan(before);
  });

  it('is not named by the index of the next publish', async () => {
    rig.config.publish.checkInterval = 3_600_000;
    const first = await rig.handOver();
    const metadata = { PF: 'libfoo-2.0', BUILD_TIME: '1700000060' };
    let second = 0;
    await rig.publishUntil(async () => {
      if (second === 0 && (await isPublished(first.buildId))) {
        await rm(join(rig.published, PATH));
        const build = { cpv: 'dev-libs/libfoo-2.0' };
        second = (await rig.handOver({ build, packages: { [PATH]: { metadata } } })).buildId;
      }
      return second > 0 && (await isPublished(second));
    });
    expect(await published()).toEqual(['dev-libs/libfoo/libfoo-2.0-1.gpkg.tar']);
  });
});

describe('a hand-over that nobody waits for', () => {
  it('is removed: cancelled, given back, unknown, half copied; what is awaited stays', async () => {
    const { db } = database.open;
    const cancelled = await rig.handOver({ build: { pool: 'other', variantKey: 'a' } });
    await cancelBuild(db, { buildId: cancelled.buildId, reason: 'asked for' });
    const aborted = await makeLeasedBuild(db);
    await abortAttempt(db, aborted, { text: 'no disk', record: {}, policy: { retryPause: 1, maxAborts: 9 } });
    const running = await makeLeasedBuild(db);
    const waiting = await rig.handOver({ build: { pool: 'other', variantKey: 'b', cpv: 'dev-libs/libfoo-7' } });
    const staging = (name: number | string) => join(rig.config.paths.state, 'staging', String(name));
    const known = [cancelled.attemptId, aborted.attemptId, running.attemptId, waiting.attemptId];
    const gone = [known[0] ?? 0, known[1] ?? 0, 999_999, '.incoming-999998'].map(staging);
    const kept = [running.attemptId, waiting.attemptId, 'notes'].map(staging);
    for (const directory of [...gone, ...kept]) {
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, 'file'), '');
    }
    await rig.publishUntil(async () => (await Promise.all(gone.map(isThere))).every((there) => !there));
    expect(await Promise.all(kept.map(isThere))).toEqual([true, true, true]);
  });
});
