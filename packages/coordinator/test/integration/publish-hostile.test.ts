import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import { eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { loadPublished } from '../../src/publish/published-store.ts';
import { readBuildRoot } from '../../src/publish/read-build-root.ts';
import { attempts, builds } from '../../src/queue/build-tables.ts';
import { writeGpkg } from '../publish/make-gpkg.ts';
import { makePublisherRig, type PublisherRig } from './make-publisher.ts';
import { makeTestDatabase, type TestDatabase } from './test-database.ts';

// The publisher holds the signing key: what stands in staging is looked at as if an enemy had put it there.

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

type Act = (place: { file: string; outside: string; staging: string; context: TestContext }) => Promise<void>;

function runOrSkip(context: TestContext, program: string, args: string[]): void {
  const { status } = spawnSync(program, args);
  if (status !== 0) context.skip(`${program} ${args[0]} does not work here (it needs root)`);
}

const ATTACKS: [string, Act][] = [
  [
    'a link in place of a package',
    async ({ file, outside }) => {
      await rename(file, outside);
      await symlink(outside, file);
    },
  ],
  [
    'a link in place of a directory',
    async ({ file, outside }) => {
      await rename(dirname(file), outside);
      await symlink(outside, dirname(file));
    },
  ],
  [
    'a link in place of the whole hand-over',
    async ({ staging, outside }) => {
      await rename(staging, outside);
      await symlink(outside, staging);
    },
  ],
  [
    'a pipe that nobody writes to in place of a package',
    async ({ file, context }) => {
      await rm(file);
      runOrSkip(context, 'mkfifo', [file]);
    },
  ],
  [
    'a device without end in place of a package',
    async ({ file, context }) => {
      await rm(file);
      runOrSkip(context, 'mknod', [file, 'c', '1', '5']);
    },
  ],
  ['a package larger than publish.maxPackage', ({ file }) => truncate(file, 70 * 1024 ** 3)],
];

describe('a hand-over with', () => {
  it.for(ATTACKS)('%s is refused, and nothing of it is signed', async ([_what, attack], context) => {
    const { buildId, attemptId, staging } = await rig.handOver();
    const outside = join(rig.config.paths.state, 'outside');
    await attack({ file: join(staging, PATH), outside, staging, context });
    const stateOf = async () => (await database.open.db.select().from(builds).where(eq(builds.id, buildId)))[0]?.state;
    await rig.publishUntil(async () => (await stateOf()) === 'queued');
    const [attempt] = await database.open.db.select().from(attempts).where(eq(attempts.id, attemptId));
    expect(attempt?.outcome).toBe('machinery');
    expect(await loadPublished(database.open.db, 'default')).toEqual([]);
    expect(await readdir(join(rig.config.paths.packages, '.signing', 'default')).catch(() => [])).toEqual([]);
  });

  it('links beside its package is published without them, and what they name stays', async () => {
    const { buildId, staging } = await rig.handOver();
    const outside = join(rig.config.paths.state, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'secret.gpkg.tar'), 'secret');
    await writeGpkg(join(outside, 'other.gpkg.tar'), { metadata: { PF: 'other-1', USE: '' } });
    for (const name of ['secret.gpkg.tar', 'other.gpkg.tar']) await symlink(join(outside, name), join(staging, name));
    await symlink(outside, join(staging, 'more'));
    const stateOf = async () => (await database.open.db.select().from(builds).where(eq(builds.id, buildId)))[0]?.state;
    await rig.publishUntil(async () => (await stateOf()) === 'published');
    expect((await loadPublished(database.open.db, 'default')).map(({ cpv }) => cpv)).toEqual(['dev-libs/libfoo-1.0']);
    expect(await readFile(join(outside, 'secret.gpkg.tar'), 'utf8')).toBe('secret');
    expect((await readdir(outside)).sort()).toEqual(['other.gpkg.tar', 'secret.gpkg.tar']);
  });
});

describe('what the builder wrote down of its root', () => {
  it('is not read through a link, from a pipe or a device, or where it is huge', async () => {
    const at = (name: string) => join(rig.config.paths.state, name);
    const facts = '{"format":1,"packages":[]}';
    for (const name of ['plain', 'link', 'pipe', 'endless', 'huge']) await mkdir(at(name), { recursive: true });
    await writeFile(at('plain/build-root.json'), facts);
    await symlink(at('plain/build-root.json'), at('link/build-root.json'));
    spawnSync('mkfifo', [at('pipe/build-root.json')]);
    await symlink('/dev/zero', at('endless/build-root.json'));
    await writeFile(at('huge/build-root.json'), facts);
    await truncate(at('huge/build-root.json'), 10 * 1024 ** 3);
    expect(await readBuildRoot(at('plain'))).toEqual([]);
    for (const name of ['link', 'pipe', 'endless', 'huge']) expect(await readBuildRoot(at(name)), name).toBeUndefined();
  });
});
