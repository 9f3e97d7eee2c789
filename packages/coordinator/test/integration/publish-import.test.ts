import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import { eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { variantKey } from '../../src/demand/variant-key.ts';
import { checkGpkg } from '../../src/publish/check-gpkg.ts';
import { handOverImport } from '../../src/publish/import-packages.ts';
import { loadPublished } from '../../src/publish/published-store.ts';
import { builds } from '../../src/queue/build-tables.ts';
import { writeGpkg } from '../publish/make-gpkg.ts';
import { makeBuild } from './make-build.ts';
import { LIBFOO, makePublisherRig, type PublisherRig } from './make-publisher.ts';
import { makeTestDatabase, type TestDatabase } from './test-database.ts';

let database: TestDatabase;
let rig: PublisherRig;
let keys: TemporaryDirectory;
let old: TemporaryDirectory;
beforeAll(async () => {
  [database, keys] = await Promise.all([makeTestDatabase(), makeTemporaryDirectory()]);
});
afterAll(() => Promise.all([database.drop(), keys.remove()]));
beforeEach(async () => {
  await database.open.db.execute(sql`truncate builds, published_packages, published_indexes cascade`);
  rig = await makePublisherRig(database, join(keys.path, 'gnupg'));
  old = await makeTemporaryDirectory();
});
afterEach(async () => {
  await old.remove();
  await rig.remove();
});

const importAll = () =>
  handOverImport({ db: database.open.db, config: rig.config }, { directory: old.path, pool: 'default' });
const staged = () => readdir(join(rig.config.paths.state, 'staging'));
const untilDone = () => rig.publishUntil(async () => (await staged()).length === 0);

describe('an import', () => {
  it('publishes signed copies of what is whole, and ends the builds of the same variants', async () => {
    const { db } = database.open;
    await writeGpkg(join(old.path, 'dev-libs/libfoo/libfoo-1.0-7.gpkg.tar'));
    await writeGpkg(join(old.path, 'All/libbar-2.gpkg.tar'), { metadata: { PF: 'libbar-2', USE: '' } });
    await writeFile(join(old.path, 'empty-1.gpkg.tar'), '');
    const buildId = await makeBuild(db, { ...LIBFOO, variantKey: variantKey({ pool: 'default', ...LIBFOO }) });
    expect(await importAll()).toMatchObject({ packages: 3 });
    await untilDone();
    const rows = await loadPublished(db, 'default');
    expect(rows.map(({ path, attemptId }) => [path, attemptId])).toEqual([
      ['dev-libs/libbar/libbar-2-1.gpkg.tar', null],
      ['dev-libs/libfoo/libfoo-1.0-1.gpkg.tar', null],
    ]);
    for (const { path } of rows) expect((await checkGpkg(join(rig.published, path))).isSigned).toBe(true);
    const [build] = await db.select().from(builds).where(eq(builds.id, buildId));
    expect(build).toMatchObject({ state: 'superseded', reason: 'was imported' });
    expect((await readdir(old.path)).sort()).toEqual(['All', 'dev-libs', 'empty-1.gpkg.tar']);
  });

  it('changes nothing when it is repeated', async () => {
    await writeGpkg(join(old.path, 'libfoo-1.0-1.gpkg.tar'));
    await importAll();
    await untilDone();
    const before = await loadPublished(database.open.db, 'default');
    await importAll();
    await untilDone();
    expect(await loadPublished(database.open.db, 'default')).toEqual(before);
  });

  it('refuses a directory without packages', async () => {
    await expect(importAll()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
