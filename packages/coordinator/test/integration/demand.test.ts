import { makeInstalledPackage, makeMergeEntry } from '@binhost/testkit';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wishes } from '../../src/demand/demand-tables.ts';
import { wishesOfNode } from '../../src/demand/wish-view.ts';
import { publishedPackages } from '../../src/publish/published-tables.ts';
import { asBinaries, type Fleet, makeFleet } from './make-fleet.ts';

const FUSE = 'sys-fs/fuse-2.6.1';
const fuse = makeMergeEntry({ cpv: FUSE, use: { enabled: [], disabled: ['static'] } });
const libfoo2 = makeMergeEntry({ cpv: 'dev-libs/libfoo-2.0', subslot: '2', change: 'upgrade' });
const dnsmasq = makeMergeEntry({ cpv: 'net-dns/dnsmasq-2.34', use: { enabled: ['dhcp'], disabled: ['dbus'] } });
const libfoo1Installed = makeInstalledPackage({ cpv: 'dev-libs/libfoo-1.0', subslot: '1' });

let fleet: Fleet;
beforeAll(async () => {
  fleet = await makeFleet({
    'dev-libs/libfoo-2.0': ['SLOT=0/2'],
    [FUSE]: ['IUSE=static', 'DEPEND=dev-libs/libfoo:=', 'RDEPEND=dev-libs/libfoo:='],
    'net-dns/dnsmasq-2.34': ['IUSE=dbus +dhcp'],
    'app-misc/skewed-1': ['IUSE=other'],
  });
});
afterAll(() => fleet.drop());

describe('the wishes of a node', () => {
  test('are bound to what its list will leave there', async () => {
    await fleet.look('moving', { entries: [libfoo2, fuse], installed: [libfoo1Installed] });
    await fleet.look('staying', { entries: [fuse], installed: [libfoo1Installed] });
    const [moving, staying] = [await fleet.wish('moving', FUSE), await fleet.wish('staying', FUSE)];
    expect(moving.bindings).toMatchObject([{ cp: 'dev-libs/libfoo', subslot: '2', cpv: 'dev-libs/libfoo-2.0' }]);
    expect(staying.bindings).toMatchObject([{ subslot: '1', cpv: 'dev-libs/libfoo-1.0' }]);
    expect(moving.variantKey).not.toBe(staying.variantKey);
    // nobody could build against it: neither the tree nor the pool's system nor its index has that version
    expect(staying).toMatchObject({ state: 'unbuildable', reasonCode: 'binding-gone' });
  });

  test('are one variant on two nodes of which one had a version with a flag that is gone', async () => {
    const had = { ...dnsmasq, use: { enabled: ['dhcp'], disabled: ['dbus'] }, change: 'upgrade' as const };
    await fleet.look('old-one', { entries: [had], installed: [makeInstalledPackage({ cpv: 'net-dns/dnsmasq-2.33' })] });
    await fleet.look('new-one', { entries: [dnsmasq] });
    const keys = [await fleet.wish('old-one', dnsmasq.cpv), await fleet.wish('new-one', dnsmasq.cpv)];
    expect(keys[0]?.variantKey).toBe(keys[1]?.variantKey);
  });

  test('stay as they are when the same list comes again', async () => {
    await fleet.look('steady', { entries: [dnsmasq] });
    const before = await fleet.wish('steady', dnsmasq.cpv);
    await fleet.look('steady', { entries: [dnsmasq] });
    const after = await fleet.wish('steady', dnsmasq.cpv);
    expect(after).toEqual({ ...before, reportId: after.reportId });
    expect(after.reportId).toBeGreaterThan(before.reportId);
  });

  test('say why they are no demand', async () => {
    const entries = [
      makeMergeEntry({ cpv: 'app-misc/live-9999' }),
      makeMergeEntry({ cpv: 'app-misc/newer-2' }),
      makeMergeEntry({ cpv: 'app-misc/overlay-1', repository: 'extra' }),
      makeMergeEntry({ cpv: 'app-misc/skewed-1', use: { enabled: ['mine'], disabled: [] } }),
    ];
    await fleet.look('special', { entries });
    const views = await wishesOfNode(fleet.db, await fleet.node('special'));
    expect(views.map(({ cpv, state, reasonCode }) => `${cpv} ${state} ${reasonCode}`)).toEqual([
      'app-misc/live-9999 excluded live',
      'app-misc/newer-2 unbuildable not-in-tree',
      'app-misc/overlay-1 unbuildable not-in-tree',
      'app-misc/skewed-1 unbuildable tree-skew',
    ]);
    expect(views.every((view) => view.reason)).toBe(true);
  });

  test('are not touched by a list that was made while a binhost was unreachable', async () => {
    await fleet.look('cut-off', { entries: [dnsmasq] });
    await fleet.look('cut-off', { entries: [dnsmasq, fuse], outcome: 'incomplete' });
    expect(await fleet.states('cut-off')).toEqual({ [dnsmasq.cpv]: 'waiting' });
  });

  test('end when the node no longer lists them, and come back as new ones', async () => {
    await fleet.look('leaving', { entries: [dnsmasq] });
    const first = await fleet.wish('leaving', dnsmasq.cpv);
    await fleet.look('leaving', { entries: [] });
    expect(await fleet.states('leaving')).toEqual({});
    await fleet.look('leaving', { entries: [dnsmasq] });
    expect((await fleet.wish('leaving', dnsmasq.cpv)).id).not.toBe(first.id);
    const gone = await fleet.db
      .select()
      .from(wishes)
      .where(and(eq(wishes.id, first.id), eq(wishes.state, 'gone')));
    expect(gone).toMatchObject([{ reasonCode: 'not-listed' }]);
  });

  test('survive two refreshes of one node at the same time', async () => {
    await Promise.all([1, 2, 3].map(() => fleet.look('hasty', { entries: [dnsmasq, fuse] })));
    expect(await fleet.states('hasty')).toEqual({ [dnsmasq.cpv]: 'waiting', [FUSE]: 'waiting' });
  });
});

describe('what was published', () => {
  const entries = [makeMergeEntry({ cpv: 'dev-libs/libfoo-2.0', subslot: '2' })];
  const cpv = 'dev-libs/libfoo-2.0';

  test('is ready once the node takes it as a binary and has proven it', async () => {
    await fleet.look('taker', { entries });
    await fleet.buildAll();
    expect(await fleet.states('taker')).toEqual({ [cpv]: 'published' });
    const events = await fleet.events('taker');
    expect(events).toMatchObject([{ event: 1, packages: [{ cpv, buildId: expect.any(Number) }], stillBuilding: 0 }]);
    await fleet.look('taker', { entries: asBinaries(entries, events), lastEvent: 1 });
    expect(await fleet.states('taker')).toEqual({ [cpv]: 'published' });
    expect(await fleet.prove('taker', cpv, 'not-proven')).toBe(1);
    expect(await fleet.wish('taker', cpv)).toMatchObject({ state: 'published', reasonCode: 'not-proven' });
    expect(await fleet.prove('taker', cpv)).toBe(1);
    expect(await fleet.wish('taker', cpv)).toMatchObject({ state: 'ready', reasonCode: null, reason: null });
    expect(await fleet.events('taker')).toHaveLength(1);
  });

  test('becomes a wish of a node that finds it there, and comes to be ready there too', async () => {
    const binary = asBinaries(entries, await fleet.events('taker'));
    await fleet.look('latecomer', { entries: binary });
    expect(await fleet.states('latecomer')).toEqual({ [cpv]: 'published' });
    expect(await fleet.events('latecomer')).toHaveLength(1);
    await fleet.look('latecomer', { entries: binary, lastEvent: 1 });
    await fleet.prove('latecomer', cpv);
    expect(await fleet.states('latecomer')).toEqual({ [cpv]: 'ready' });
    expect(await fleet.events('latecomer')).toHaveLength(1);
  });

  test('is refused when the node would still compile it after a look that could see it, and never built again', async () => {
    await fleet.look('refuser', { entries });
    expect(await fleet.states('refuser')).toEqual({ [cpv]: 'published' });
    await fleet.look('refuser', { entries, lastEvent: 0 });
    expect(await fleet.states('refuser')).toEqual({ [cpv]: 'published' });
    await fleet.look('refuser', { entries, lastEvent: 1 });
    expect(await fleet.wish('refuser', cpv)).toMatchObject({ state: 'refused', reasonCode: 'passed-over' });
    await fleet.look('refuser', { entries, lastEvent: 1 });
    expect(await fleet.buildAll()).not.toContain(cpv);
    expect(await fleet.states('refuser')).toEqual({ [cpv]: 'refused' });
    expect(await fleet.events('refuser')).toHaveLength(1);
  });

  test('is refused with the reason when its signature is not accepted, and ready once it is', async () => {
    await fleet.look('distrustful', { entries });
    expect(await fleet.prove('distrustful', cpv, 'signature-failed')).toBe(1);
    expect(await fleet.wish('distrustful', cpv)).toMatchObject({ state: 'refused', reasonCode: 'signature' });
    await fleet.prove('distrustful', cpv);
    expect(await fleet.states('distrustful')).toEqual({ [cpv]: 'ready' });
  });

  test('is waited for again when it is withdrawn', async () => {
    await fleet.db.update(publishedPackages).set({ withdrawnAt: new Date() }).where(eq(publishedPackages.cpv, cpv));
    await fleet.applyPublished();
    for (const name of ['taker', 'latecomer', 'refuser', 'distrustful']) {
      expect(await fleet.wish(name, cpv)).toMatchObject({ state: 'waiting', publishedEvent: null, reason: null });
    }
  });
});
