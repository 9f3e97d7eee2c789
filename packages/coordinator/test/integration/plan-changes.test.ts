import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeInstalledPackage, makeMergeEntry, makeNodeFacts } from '@binhost/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { followFailures } from '../../src/demand/follow-failures.ts';
import { wishesOfNode } from '../../src/demand/wish-view.ts';
import { recordPublished } from '../../src/publish/published-store.ts';
import { loadLiveBuilds } from '../../src/queue/build-store.ts';
import { loadBuildSeconds } from '../../src/queue/duration-store.ts';
import { failAttempt } from '../../src/queue/lease-store.ts';
import { cancelBuild } from '../../src/queue/operator-store.ts';
import { type Fleet, makeFleet } from './make-fleet.ts';

const maker = makeMergeEntry({ cpv: 'dev-util/maker-1.0' });
const made = makeMergeEntry({ cpv: 'app-misc/made-1.0' });
const consumer = makeMergeEntry({ cpv: 'app-misc/consumer-1.0' });
const installed = [
  makeInstalledPackage({ cpv: 'dev-libs/lib-2.0', subslot: '2' }),
  makeInstalledPackage({ cpv: 'dev-libs/header-1.0', subslot: '1' }),
];

let fleet: Fleet;
beforeAll(async () => {
  fleet = await makeFleet({
    'dev-util/maker-1.0': [],
    'app-misc/made-1.0': ['BDEPEND=dev-util/maker'],
    'app-misc/consumer-1.0': ['DEPEND=dev-libs/lib:= dev-libs/header:=', 'RDEPEND=dev-libs/lib:='],
    'app-misc/leaving-1.0': [],
    'dev-libs/header-1.0': ['SLOT=0/1'],
    'dev-libs/lib-2.0': ['SLOT=0/2', 'RDEPEND=dev-util/maker'],
  });
});
afterEach(() => fleet.reset());
afterAll(() => fleet.drop());

const ebuildOf = (path: string): string => join(fleet.home, 'gentoo', path);

async function failFirst(): Promise<void> {
  await fleet.planner.pass();
  const job = await fleet.claim();
  if (!job) throw new Error('expected a build to be claimed');
  await failAttempt(fleet.db, job, { kind: 'package', text: 'compile phase failed', phase: 'compile', record: {} });
}

/** A package that came along with another build. */
async function publishByProduct(bindings: string[]): Promise<void> {
  const timestamp = 1_767_225_600;
  const what = { pool: 'default', cpv: consumer.cpv, repository: 'gentoo', slot: '0', subslot: '0', useEnabled: [] };
  const file = { path: 'consumer-1.0-7.gpkg.tar', size: 1, sha512: '0'.repeat(128), buildId: 7, buildTime: timestamp };
  await recordPublished(fleet.db, 'default', {
    packages: [{ ...what, ...file, bindings, variantKey: 'of-the-by-product', indexTimestamp: timestamp }],
    index: { timestamp, sha256: 'a'.repeat(64), entries: 1 },
  });
  await fleet.applyPublished();
}

describe('a by-product', () => {
  test('serves a wish although it was built against another header: its build is not needed any more', async () => {
    await fleet.look('node1', { entries: [consumer], installed });
    await fleet.planner.pass();
    await publishByProduct(['dev-libs/header:0/9', 'dev-libs/lib:0/2']);
    expect(await fleet.wish('node1', consumer.cpv)).toMatchObject({ state: 'published', publishedBuildId: 7 });
    expect(await fleet.planner.pass()).toMatchObject({ enqueued: 0, superseded: 1 });
    // the node takes it: one wish, not a second one for the other variant
    const binary = { ...consumer, kind: 'binary' as const, buildId: 7 };
    await fleet.look('node1', { entries: [binary], installed, lastEvent: 1 });
    expect(await fleet.wish('node1', consumer.cpv)).toMatchObject({ state: 'published', reasonCode: 'proof-awaited' });
    await fleet.prove('node1', consumer.cpv);
    expect(await fleet.states('node1')).toEqual({ [consumer.cpv]: 'ready' });
  });

  test('does not serve a wish that needs another library', async () => {
    await fleet.look('node1', { entries: [consumer], installed });
    await publishByProduct(['dev-libs/header:0/1', 'dev-libs/lib:0/1']);
    expect(await fleet.states('node1')).toEqual({ [consumer.cpv]: 'waiting' });
    expect(await fleet.planner.pass()).toMatchObject({ enqueued: 1 });
  });

  test('serves a node that looks at build dependencies only when they fit as well', async () => {
    const facts = makeNodeFacts({ withBdeps: true });
    await fleet.look('node1', { entries: [consumer], installed, facts });
    await publishByProduct(['dev-libs/header:0/9', 'dev-libs/lib:0/2']);
    expect(await fleet.states('node1')).toEqual({ [consumer.cpv]: 'waiting' });
  });
});

describe('a row that is only needed to compile another', () => {
  const entries = [maker, made];

  test('is demand once the other has failed to build', async () => {
    const newFailures = followFailures(fleet.db);
    await fleet.look('node1', { entries });
    expect(await fleet.states('node1')).toEqual({ [maker.cpv]: 'excluded', [made.cpv]: 'waiting' });
    expect(await newFailures()).toEqual([]);
    await failFirst();
    expect(await newFailures()).toEqual([await fleet.node('node1')]);
    expect(await newFailures()).toEqual([]);
    await fleet.look('node1', { entries });
    expect(await fleet.states('node1')).toEqual({ [maker.cpv]: 'waiting', [made.cpv]: 'waiting' });
    expect(await fleet.buildAll()).toEqual([maker.cpv]);
  });

  test('is demand when an installed package needs it to run, or world names it', async () => {
    await fleet.look('node1', { entries, installed });
    await fleet.look('node2', { entries, facts: makeNodeFacts({ world: ['dev-util/maker'] }) });
    expect(await fleet.states('node1')).toMatchObject({ [maker.cpv]: 'waiting' });
    expect(await fleet.states('node2')).toMatchObject({ [maker.cpv]: 'waiting' });
  });

  test('ends as gone with the compiling', async () => {
    await fleet.look('node1', { entries });
    await fleet.look('node1', { entries: [{ ...made, kind: 'binary', buildId: 1 }] });
    expect(await fleet.states('node1')).toEqual({});
  });
});

describe('a build that failed', () => {
  const entries = [made];

  test('is tried again only when its ebuild has changed', async () => {
    await fleet.look('node1', { entries });
    await failFirst();
    expect(await fleet.planner.pass()).toEqual({ enqueued: 0, superseded: 0, ranked: 0 });
    await writeFile(ebuildOf('app-misc/made/made-1.0.ebuild'), 'EAPI=8\n# corrected\n');
    expect(await fleet.planner.pass()).toMatchObject({ enqueued: 1, superseded: 1 });
    expect(await loadLiveBuilds(fleet.db)).toMatchObject([{ state: 'queued', attemptCount: 0 }]);
    await failFirst();
    expect(await fleet.planner.pass()).toEqual({ enqueued: 0, superseded: 0, ranked: 0 });
  });

  test('is told on every node that waits for it', async () => {
    for (const name of ['node1', 'node2']) await fleet.look(name, { entries });
    await failFirst();
    for (const name of ['node1', 'node2']) {
      const [view] = await wishesOfNode(fleet.db, await fleet.node(name));
      expect(view).toMatchObject({ reasonCode: 'build-failed', reason: 'its build failed: compile phase failed' });
    }
  });
});

test('a build that a person cancelled is told on the nodes that waited for it, and not made again', async () => {
  await fleet.look('node1', { entries: [made] });
  await fleet.planner.pass();
  const [live] = await loadLiveBuilds(fleet.db);
  await cancelBuild(fleet.db, { buildId: live?.buildId ?? 0, reason: 'too large' });
  const [view] = await wishesOfNode(fleet.db, await fleet.node('node1'));
  expect(view).toMatchObject({ reasonCode: 'build-cancelled', reason: 'its build was cancelled: too large' });
  expect(await fleet.planner.pass()).toMatchObject({ enqueued: 0 });
});

test('what the tree no longer has is not built any more', async () => {
  const leaving = makeMergeEntry({ cpv: 'app-misc/leaving-1.0' });
  await fleet.look('node1', { entries: [leaving] });
  expect(await fleet.planner.pass()).toMatchObject({ enqueued: 1 });
  await rm(ebuildOf('app-misc/leaving/leaving-1.0.ebuild'));
  expect(await fleet.planner.pass()).toMatchObject({ enqueued: 0, superseded: 1 });
  expect(await fleet.planner.pass()).toMatchObject({ enqueued: 0, superseded: 0 });
});

test('the time of the newest build of each package is known', async () => {
  await fleet.look('node1', { entries: [made] });
  await fleet.buildAll();
  const seconds = await loadBuildSeconds(fleet.db);
  expect([...seconds.keys()]).toEqual(['app-misc/made']);
  expect(seconds.get('app-misc/made')).toBeGreaterThanOrEqual(0);
});
