import { access, cp, mkdir, readdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseGpkgManifest, parsePackagesIndex } from '@binhost/shared/portage';
import { systemClock } from '@binhost/shared/time';
import { makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import { eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkGpkg } from '../../src/publish/check-gpkg.ts';
import { currentIndex, loadPublished, publishedByVariant } from '../../src/publish/published-store.ts';
import { publishedIndexes, publishedPackages } from '../../src/publish/published-tables.ts';
import { publisherLock } from '../../src/publish/publisher.ts';
import { attempts, builds } from '../../src/queue/build-tables.ts';
import { loadFaults } from '../../src/queue/fault-store.ts';
import { writeGpkg } from '../publish/make-gpkg.ts';
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
});
afterEach(() => rig.remove());

const PATH = 'dev-libs/libfoo/libfoo-1.0-1.gpkg.tar';
const later = (seconds: number) => ({ metadata: { BUILD_TIME: String(1_700_000_000 + seconds) } });

const buildOf = async (buildId: number) => {
  const [row] = await database.open.db.select().from(builds).where(eq(builds.id, buildId));
  return row;
};
const isPublished = async (buildId: number) => (await buildOf(buildId))?.state === 'published';
const readPackages = async () => parsePackagesIndex(await readFile(join(rig.published, 'Packages'), 'utf8'));
const paths = async () => (await readPackages()).entries.map((entry) => entry.PATH);
const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

describe('a finished build', () => {
  it('stands signed in the published directory, the index and the table, and its staging is gone', async () => {
    const { buildId, attemptId, staging } = await rig.handOver();
    await rig.publishUntil(() => isPublished(buildId));
    const file = join(rig.published, PATH);
    const checked = await checkGpkg(file);
    expect(checked.isSigned).toBe(true);
    expect(parseGpkgManifest(checked.manifestText)?.members.map((one) => one.name)).toContain('metadata.tar.gz.sig');
    const { header, entries } = await readPackages();
    expect(entries).toEqual([
      expect.objectContaining({
        CPV: 'dev-libs/libfoo-1.0',
        PATH,
        SHA1: checked.sha1,
        MD5: checked.md5,
        USE: 'amd64 ssl',
      }),
    ]);
    expect(header).toMatchObject({ ARCH: 'amd64', ELIBC: 'glibc', PACKAGES: '1', VERSION: '0' });
    const [row] = await loadPublished(database.open.db, 'default');
    expect(row).toMatchObject({ path: PATH, buildId: 1, attemptId, sha512: checked.sha512, byProduct: false });
    expect((await buildOf(buildId))?.reason).toBe(`published as ${PATH}`);
    expect(await readFile(join(rig.published, 'key.asc'), 'utf8')).toContain('BEGIN PGP PUBLIC KEY BLOCK');
    expect(await exists(staging)).toBe(false);
    expect(await readdir(join(rig.config.paths.packages, '.signing', 'default'))).toEqual([]);
  });

  it('brings its by-products along, under their own variants', async () => {
    const { buildId } = await rig.handOver({
      packages: {
        'a/libbar-2-1.gpkg.tar': { metadata: { PF: 'libbar-2', USE: '' } },
        'b/libfoo-1.0-1.gpkg.tar': {},
      },
    });
    await rig.publishUntil(() => isPublished(buildId));
    expect(await paths()).toEqual(['dev-libs/libbar/libbar-2-1.gpkg.tar', PATH]);
    const rows = await loadPublished(database.open.db, 'default');
    expect(rows.map((row) => [row.cpv, row.byProduct])).toEqual([
      ['dev-libs/libbar-2', true],
      ['dev-libs/libfoo-1.0', false],
    ]);
    expect(
      await publishedByVariant(
        database.open.db,
        rows.map((row) => row.variantKey),
      ),
    ).toHaveLength(2);
  });

  it('does not publish the same variant a second time', async () => {
    const first = await rig.handOver();
    await rig.publishUntil(() => isPublished(first.buildId));
    const before = await readPackages();
    const second = await rig.handOver({ packages: { [PATH]: later(60) } });
    await rig.publishUntil(() => isPublished(second.buildId));
    expect((await buildOf(second.buildId))?.reason).toBe('the same variant was already published');
    expect(await readPackages()).toEqual(before);
    expect(await exists(second.staging)).toBe(false);
  });

  it('gets the next build number beside another variant of its version', async () => {
    const first = await rig.handOver();
    await rig.publishUntil(() => isPublished(first.buildId));
    const metadata = { ...later(60).metadata, USE: 'amd64' };
    const second = await rig.handOver({ build: { useEnabled: [] }, packages: { [PATH]: { metadata } } });
    await rig.publishUntil(() => isPublished(second.buildId));
    expect(await paths()).toEqual([PATH, 'dev-libs/libfoo/libfoo-1.0-2.gpkg.tar']);
    expect((await readPackages()).entries.map((entry) => entry.BUILD_ID)).toEqual(['1', '2']);
  });

  it.each<[string, Parameters<PublisherRig['handOver']>[0], RegExp]>([
    ['with other USE flags than asked', { build: { useEnabled: [] } }, /other USE flags/],
    ['that is cut off', { packages: { [PATH]: { members: (all) => all.slice(0, 2) } } }, /no image/],
    ['without any package', { packages: {} }, /got 0 others/],
  ])('%s goes back to the queue, and nothing is published', async (_what, options, why) => {
    const { buildId, attemptId, staging } = await rig.handOver(options);
    await rig.publishUntil(async () => (await buildOf(buildId))?.state === 'queued');
    expect((await buildOf(buildId))?.reason).toMatch(why);
    const [attempt] = await database.open.db.select().from(attempts).where(eq(attempts.id, attemptId));
    expect(attempt).toMatchObject({ outcome: 'machinery', outcomeText: expect.stringMatching(why) });
    expect(await loadPublished(database.open.db, 'default')).toEqual([]);
    expect(await paths()).toEqual([]);
    expect(await exists(staging)).toBe(false);
  });

  it('keeps its place and its files while the signing fails, with the reason', async () => {
    const { buildId, staging } = await rig.handOver();
    const broken = { ...rig.config.portage, gpkgSign: [process.execPath, '-e', 'process.exit(3)'] };
    const portage = rig.config.portage;
    Object.assign(rig.config, { portage: broken });
    await rig.publishUntil(async () => /publishing failed/.test((await buildOf(buildId))?.reason ?? ''));
    expect(await buildOf(buildId)).toMatchObject({ reason: expect.stringMatching(/expected .* to sign/) });
    expect(await exists(staging)).toBe(true);
    const fault = { process: 'publisher', name: 'default', text: expect.stringMatching(/expected .* to sign/) };
    expect(await loadFaults(database.open.db)).toMatchObject([fault]);
    Object.assign(rig.config, { portage });
    await rig.publishUntil(() => isPublished(buildId));
    expect(await loadFaults(database.open.db)).toEqual([]);
  });
});

describe('the index', () => {
  it('is there, empty, before anything is published', async () => {
    await rig.publishUntil(async () => (await currentIndex(database.open.db, 'default')) !== undefined);
    expect(await readPackages()).toMatchObject({ entries: [], header: { PACKAGES: '0' } });
  });

  it('rises in whole seconds on a clock that stands still or goes back, equal to its Last-Modified', async () => {
    const timestamps: number[] = [];
    for (const nowMs of [1_800_000_000_000, 1_800_000_000_000, 1_500_000_000_000]) {
      const number = timestamps.length;
      const metadata = { PF: `libfoo-${number}`, ...later(number).metadata };
      const build = { cpv: `dev-libs/libfoo-${number}` };
      const { buildId } = await rig.handOver({ build, packages: { 'x.gpkg.tar': { metadata } } });
      await rig.publishUntil(() => isPublished(buildId), { ...systemClock, nowMs: () => nowMs });
      const timestamp = Number((await readPackages()).header.TIMESTAMP);
      for (const name of ['Packages', 'Packages.gz']) {
        expect((await stat(join(rig.published, name))).mtimeMs).toBe(timestamp * 1000);
      }
      timestamps.push(timestamp);
    }
    expect(timestamps[0]).toBeGreaterThanOrEqual(1_800_000_000);
    expect(timestamps[1]).toBeGreaterThan(timestamps[0] ?? 0);
    expect(timestamps[2]).toBeGreaterThan(timestamps[1] ?? 0);
  });

  it('is the same packed, and its facts stand in the table', async () => {
    const { buildId } = await rig.handOver();
    await rig.publishUntil(() => isPublished(buildId));
    const plain = await readFile(join(rig.published, 'Packages'));
    expect(gunzipSync(await readFile(join(rig.published, 'Packages.gz')))).toEqual(plain);
    const { createHash } = await import('node:crypto');
    expect(await currentIndex(database.open.db, 'default')).toEqual({
      timestamp: Number((await readPackages()).header.TIMESTAMP),
      sha256: createHash('sha256').update(plain).digest('hex'),
      entries: 1,
    });
  });
});

describe('a publisher that was killed', () => {
  /** Publishes a build and puts everything back to how it was while that went on; a test then takes away what came later. */
  async function interrupted() {
    const job = await rig.handOver();
    const kept = `${job.staging}.kept`;
    await cp(job.staging, kept, { recursive: true });
    await rig.publishUntil(() => isPublished(job.buildId));
    await rename(kept, job.staging);
    await database.open.db.delete(publishedPackages);
    await database.open.db.update(builds).set({ state: 'publishing' }).where(eq(builds.id, job.buildId));
    return job;
  }

  it('after it placed a package: the next one indexes it and finishes the build', async () => {
    const { buildId } = await interrupted();
    await database.open.db.delete(publishedIndexes);
    for (const name of ['Packages', 'Packages.gz']) await unlink(join(rig.published, name));
    await rig.publishUntil(() => isPublished(buildId));
    expect(await paths()).toEqual([PATH]);
    expect(await readdir(join(rig.published, 'dev-libs/libfoo'))).toEqual(['libfoo-1.0-1.gpkg.tar']);
    expect(await loadPublished(database.open.db, 'default')).toHaveLength(1);
  });

  it('after it wrote the index: the next one records it and finishes the build', async () => {
    const { buildId, staging } = await interrupted();
    const before = await readPackages();
    await rig.publishUntil(() => isPublished(buildId));
    expect(await readPackages()).toEqual(before);
    expect(await loadPublished(database.open.db, 'default')).toHaveLength(1);
    expect(await exists(staging)).toBe(false);
  });

  it('between Packages and Packages.gz: the next one makes them one again, with a later TIMESTAMP', async () => {
    const { buildId } = await interrupted();
    const before = Number((await readPackages()).header.TIMESTAMP);
    await writeFile(join(rig.published, 'Packages.gz'), 'old');
    await rig.publishUntil(() => isPublished(buildId));
    expect(Number((await readPackages()).header.TIMESTAMP)).toBeGreaterThan(before);
  });

  it('after it finished the build: the next one removes the hand-over that it left', async () => {
    const { buildId, staging } = await rig.handOver();
    await rig.publishUntil(() => isPublished(buildId));
    await mkdir(staging, { recursive: true });
    await rig.publishUntil(async () => !(await exists(staging)));
  });
});

describe('a table that was lost', () => {
  it('comes back from index and files, with the same variant keys', async () => {
    const { buildId } = await rig.handOver();
    await rig.publishUntil(() => isPublished(buildId));
    const [before] = await loadPublished(database.open.db, 'default');
    await database.open.db.execute(sql`truncate builds, published_packages, published_indexes cascade`);
    await rig.publishUntil(async () => (await loadPublished(database.open.db, 'default')).length > 0);
    const [after] = await loadPublished(database.open.db, 'default');
    const { id: _, attemptId: __, publishedAt: ___, ...facts } = before ?? ({} as NonNullable<typeof before>);
    expect(after).toMatchObject({ ...facts, attemptId: null });
    expect(await currentIndex(database.open.db, 'default')).toMatchObject({ entries: 1 });
  });

  it('withdraws a package whose file is gone, and takes it out of the index', async () => {
    const { buildId } = await rig.handOver();
    await rig.publishUntil(() => isPublished(buildId));
    await unlink(join(rig.published, PATH));
    await rig.publishUntil(async () => (await loadPublished(database.open.db, 'default')).length === 0);
    expect(await paths()).toEqual([]);
  });
});

describe('the published directory', () => {
  it('keeps files that are not ours, and never names them', async () => {
    await writeGpkg(join(rig.published, 'dev-libs/libfoo/libfoo-1.0-7.gpkg.tar'));
    await writeFile(join(rig.published, 'notes.txt'), 'mine');
    const { buildId } = await rig.handOver();
    const log = await rig.publishUntil(() => isPublished(buildId));
    expect(await paths()).toEqual(['dev-libs/libfoo/libfoo-1.0-8.gpkg.tar']);
    expect(await exists(join(rig.published, 'dev-libs/libfoo/libfoo-1.0-7.gpkg.tar'))).toBe(true);
    expect(await readFile(join(rig.published, 'notes.txt'), 'utf8')).toBe('mine');
    expect(log.withMessage('left a file alone that the index does not name')[0]).toMatchObject({
      why: 'not signed by our key',
    });
  });

  it('is left alone while another publisher has the pool', async () => {
    const lock = await database.open.tryLock(publisherLock('default'));
    const { buildId } = await rig.handOver();
    await rig.publishUntil(async (log) => log.withMessage('pool is not free').length > 1);
    expect(await exists(join(rig.published, 'Packages'))).toBe(false);
    await lock?.release();
    await rig.publishUntil(() => isPublished(buildId));
  });
});
