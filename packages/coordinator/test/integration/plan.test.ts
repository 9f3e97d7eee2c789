import { systemClock } from '@binhost/shared/time';
import { makeInstalledPackage, makeMergeEntry, waitFor } from '@binhost/testkit';
import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { wishesOfNode } from '../../src/demand/wish-view.ts';
import { loadLiveBuilds } from '../../src/queue/build-store.ts';
import { builds } from '../../src/queue/build-tables.ts';
import { failAttempt } from '../../src/queue/lease-store.ts';
import { asBinaries, type Fleet, makeFleet } from './make-fleet.ts';

const libfoo = makeMergeEntry({ cpv: 'dev-libs/libfoo-2.0', subslot: '2', change: 'upgrade' });
const fuse = makeMergeEntry({ cpv: 'sys-fs/fuse-2.6.1' });
const plain = makeMergeEntry({ cpv: 'net-dns/dnsmasq-2.34', use: { enabled: ['dhcp'], disabled: ['dbus'] } });
const withDbus = makeMergeEntry({ cpv: 'net-dns/dnsmasq-2.34', use: { enabled: ['dbus', 'dhcp'], disabled: [] } });
const broken = makeMergeEntry({ cpv: 'app-arch/broken-1.0' });
const installed = [makeInstalledPackage({ cpv: 'dev-libs/libfoo-1.0', subslot: '1' })];

let fleet: Fleet;
beforeAll(async () => {
  fleet = await makeFleet({
    'dev-libs/libfoo-2.0': ['SLOT=0/2'],
    'sys-fs/fuse-2.6.1': ['DEPEND=dev-libs/libfoo:=', 'RDEPEND=dev-libs/libfoo:='],
    'net-dns/dnsmasq-2.34': ['IUSE=dbus dhcp'],
    'app-arch/broken-1.0': [],
  });
});
afterEach(() => fleet.reset());
afterAll(() => fleet.drop());

const liveOf = async (cpv: string) => (await loadLiveBuilds(fleet.db)).filter((build) => build.cpv === cpv);

describe('from reports to packages that are ready', () => {
  test('each variant is built once, libraries first, and every node hears of all of its own', async () => {
    const lists = { node1: [libfoo, fuse, withDbus], node2: [libfoo, fuse, plain], node3: [plain] };
    for (const [name, entries] of Object.entries(lists)) await fleet.look(name, { entries, installed });
    const built = await fleet.buildAll();
    expect([...built].sort()).toEqual([libfoo, plain, withDbus, fuse].map((entry) => entry.cpv).sort());
    expect(built.indexOf(libfoo.cpv)).toBeLessThan(built.indexOf(fuse.cpv));

    for (const [name, entries] of Object.entries(lists)) {
      expect(new Set(Object.values(await fleet.states(name)))).toEqual(new Set(['published']));
      const events = await fleet.events(name);
      expect(events.flatMap((event) => event.packages.map((each) => each.cpv)).sort()).toEqual(
        entries.map((entry) => entry.cpv).sort(),
      );
      expect(events.at(-1)?.stillBuilding).toBe(0);
      await fleet.look(name, { entries: asBinaries(entries, events), installed, lastEvent: events.length });
      for (const { cpv } of entries) await fleet.prove(name, cpv);
      expect(new Set(Object.values(await fleet.states(name)))).toEqual(new Set(['ready']));
    }
    expect(await fleet.planner.pass()).toEqual({ enqueued: 0, superseded: 0, ranked: 0 });
    expect(await loadLiveBuilds(fleet.db)).toEqual([]);
  });

  test('what the node has installed since is gone, and asks for nothing', async () => {
    await fleet.look('node1', { entries: [plain] });
    await fleet.buildAll();
    await fleet.look('node1', { entries: [], installed: [makeInstalledPackage({ cpv: plain.cpv })], lastEvent: 1 });
    expect(await fleet.states('node1')).toEqual({});
    expect(await fleet.buildAll()).toEqual([]);
  });
});

describe('the queue', () => {
  test('holds a build back until what it is bound to is published, and says what it waits for', async () => {
    await fleet.look('node1', { entries: [libfoo, fuse], installed });
    await fleet.planner.pass();
    expect(await liveOf(fuse.cpv)).toMatchObject([{ state: 'blocked', reason: expect.stringContaining(libfoo.cpv) }]);
    const job = await fleet.claim();
    expect(job).toMatchObject({ cpv: libfoo.cpv, face: [{ cpv: fuse.cpv }] });
    expect(await fleet.claim()).toBeUndefined();
    if (job) await fleet.publish(job);
    expect(await fleet.claim()).toMatchObject({
      cpv: fuse.cpv,
      bindings: [{ cp: 'dev-libs/libfoo', slot: '0', subslot: '2', cpv: libfoo.cpv }],
    });
  });

  test('gets nothing new while nothing changes', async () => {
    await fleet.look('node1', { entries: [libfoo, fuse, plain], installed });
    expect(await fleet.planner.pass()).toMatchObject({ enqueued: 3 });
    expect(await fleet.planner.pass()).toEqual({ enqueued: 0, superseded: 0, ranked: 0 });
  });

  test('loses a waiting build that no node wishes for any more', async () => {
    await fleet.look('node1', { entries: [plain] });
    await fleet.planner.pass();
    await fleet.look('node1', { entries: [] });
    expect(await fleet.planner.pass()).toMatchObject({ superseded: 1 });
    expect(await fleet.db.select({ state: builds.state }).from(builds)).toEqual([{ state: 'superseded' }]);
  });

  test('keeps a failed build as it is, and its wishes show why', async () => {
    await fleet.look('node1', { entries: [broken] });
    await fleet.planner.pass();
    const job = await fleet.claim();
    if (job) await failAttempt(fleet.db, job, { kind: 'package', text: 'compile phase failed', record: {} });
    expect(await fleet.buildAll()).toEqual([]);
    const [view] = await wishesOfNode(fleet.db, await fleet.node('node1'));
    expect(view).toMatchObject({
      state: 'waiting',
      buildState: 'failed',
      reasonCode: 'build-failed',
      reason: 'its build failed: compile phase failed',
    });
  });

  test('is built in the order of the nodes that wait', async () => {
    await fleet.look('node1', { entries: [libfoo] });
    for (const name of ['node2', 'node3']) await fleet.look(name, { entries: [plain] });
    expect(await fleet.buildAll()).toEqual([plain.cpv, libfoo.cpv]);
  });

  test('is planned by two coordinators at once as by one', async () => {
    await fleet.look('node1', { entries: [libfoo, fuse, plain], installed });
    await Promise.all([1, 2, 3].map(() => fleet.planner.pass()));
    expect(await fleet.db.select({ id: builds.id }).from(builds)).toHaveLength(3);
  });
});

test('the planner plans when it is woken, and ends when it is told to', async () => {
  const stop = new AbortController();
  const running = fleet.planner.run(stop.signal);
  await fleet.look('node1', { entries: [plain] });
  fleet.planner.wake();
  await waitFor(async () => (await liveOf(plain.cpv)).length > 0, { what: 'the build to be planned' });
  await fleet.look('node1', { entries: [] });
  for (let i = 0; i < 5; i++) fleet.planner.wake();
  await waitFor(
    async () => {
      const [row] = await fleet.db.select().from(builds).where(eq(builds.cpv, plain.cpv));
      return row?.state === 'superseded';
    },
    { what: 'the build to be superseded' },
  );
  const beforeMs = systemClock.monotonicMs();
  stop.abort();
  await running;
  expect(systemClock.monotonicMs() - beforeMs).toBeLessThan(5000);
});
