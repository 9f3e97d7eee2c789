import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import { eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadPublished } from '../../src/publish/published-store.ts';
import { builds } from '../../src/queue/build-tables.ts';
import { approveBuild } from '../../src/queue/operator-store.ts';
import { removePolicy, setPolicy } from '../../src/queue/policy-store.ts';
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
  await database.open.db.execute(sql`truncate builds, policies, published_packages, published_indexes cascade`);
  rig = await makePublisherRig(database, join(keys.path, 'gnupg'));
});
afterEach(() => rig.remove());

const PATH = 'dev-libs/libfoo/libfoo-1.0-1.gpkg.tar';
const buildOf = async (buildId: number) => {
  const [row] = await database.open.db.select().from(builds).where(eq(builds.id, buildId));
  return row;
};
const isIn = (buildId: number, state: string) => async () => (await buildOf(buildId))?.state === state;
const published = async () => (await loadPublished(database.open.db, 'default')).map(({ path }) => path);

const LEAKED = { cpv: 'sys-libs/leak-2', use: [], provides: 'x86_64: libleak.so.2', dependencies: '', isSystem: false };
const giveRoot = (staging: string, packages: unknown[]) =>
  writeFile(join(staging, 'build-root.json'), JSON.stringify({ format: 1, packages }));
const linked = { metadata: { REQUIRES: 'x86_64: libc.so.6 libleak.so.2' } };

describe('a package that found a library by itself', () => {
  it('is quarantined with the library, keeps its files, and is published once a person approves it', async () => {
    const { buildId, staging } = await rig.handOver({ packages: { [PATH]: linked } });
    await giveRoot(staging, [LEAKED]);
    await rig.publishUntil(isIn(buildId, 'quarantined'));
    expect(await buildOf(buildId)).toMatchObject({
      reason: 'automagic: libleak.so.2 from sys-libs/leak-2',
      heldBy: 'check',
    });
    expect(await published()).toEqual([]);
    await access(join(staging, PATH));
    await approveBuild(database.open.db, { buildId, reason: 'it is harmless' });
    await rig.publishUntil(isIn(buildId, 'published'));
    expect(await published()).toEqual([PATH]);
  });

  it('is left behind where it is a by-product', async () => {
    const byProduct = { metadata: { ...linked.metadata, PF: 'libbar-2', USE: '' } };
    const { buildId, staging } = await rig.handOver({ packages: { 'a/libbar-2-1.gpkg.tar': byProduct, [PATH]: {} } });
    await giveRoot(staging, [LEAKED]);
    await rig.publishUntil(isIn(buildId, 'published'));
    expect(await published()).toEqual([PATH]);
  });

  it('is published where the library comes from its dependencies, or the root is not known', async () => {
    const metadata = { ...linked.metadata, RDEPEND: 'sys-libs/leak' };
    const { buildId, staging } = await rig.handOver({ packages: { [PATH]: { metadata } } });
    await giveRoot(staging, [LEAKED]);
    await rig.publishUntil(isIn(buildId, 'published'));
    const other = await rig.handOver({
      build: { cpv: 'dev-libs/libfoo-2.0' },
      packages: { [PATH]: { metadata: { ...linked.metadata, PF: 'libfoo-2.0' } } },
    });
    await rig.publishUntil(isIn(other.buildId, 'published'));
  });
});

describe('a policy before publishing', () => {
  it('holds what was built until a person approves it', async () => {
    const { db } = database.open;
    await setPolicy(db, { kind: 'pool', scope: 'default', verdict: 'ask', stage: 'publish', reason: 'frozen' });
    const { buildId } = await rig.handOver();
    await rig.publishUntil(isIn(buildId, 'quarantined'));
    expect((await buildOf(buildId))?.reason).toMatch(/^waits for approval before publishing by policy \d+ .*: frozen$/);
    await approveBuild(db, { buildId, reason: 'looked at' });
    await rig.publishUntil(isIn(buildId, 'published'));
  });

  it('lets it go when it is lifted', async () => {
    const { db } = database.open;
    const rule = { kind: 'repository', scope: 'gentoo', verdict: 'hold', stage: 'publish', reason: '' } as const;
    const { policyId } = await setPolicy(db, rule);
    const { buildId } = await rig.handOver();
    await rig.publishUntil(isIn(buildId, 'quarantined'));
    await removePolicy(db, policyId);
    await rig.publishUntil(isIn(buildId, 'published'));
  });
});
