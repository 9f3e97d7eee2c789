import { makeMergeEntry } from '@binhost/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { followWishes } from '../../src/demand/follow-wishes.ts';
import { type Fleet, makeFleet } from './make-fleet.ts';

const dnsmasq = makeMergeEntry({ cpv: 'net-dns/dnsmasq-2.34', use: { enabled: ['dhcp'], disabled: [] } });
const certificates = makeMergeEntry({ cpv: 'app-misc/ca-certificates-1', use: { enabled: [], disabled: [] } });

let fleet: Fleet;
beforeAll(async () => {
  fleet = await makeFleet({ 'net-dns/dnsmasq-2.34': ['IUSE=+dhcp'], 'app-misc/ca-certificates-1': [] });
});
afterAll(() => fleet.drop());

describe('the nodes whose wishes changed', () => {
  test('are those that a build concerns, each once, and no others', async () => {
    const changed = followWishes(fleet.db);
    await fleet.look('dns', { entries: [dnsmasq] });
    await fleet.look('certs', { entries: [certificates] });
    const [dns, certs] = [await fleet.node('dns'), await fleet.node('certs')];
    expect((await changed()).sort()).toEqual([dns, certs].sort());
    expect(await changed()).toEqual([]);

    await fleet.planner.pass();
    expect((await changed()).sort()).toEqual([dns, certs].sort());
    const job = await fleet.claim();
    expect(await changed()).toEqual([job?.cpv === dnsmasq.cpv ? dns : certs]);
    expect(await changed()).toEqual([]);
  });

  test('are named once more when their last wish is gone', async () => {
    await fleet.look('leaving', { entries: [certificates] });
    const changed = followWishes(fleet.db);
    await changed();
    await fleet.look('leaving', { entries: [] });
    expect(await changed()).toEqual([await fleet.node('leaving')]);
    expect(await changed()).toEqual([]);
  });
});
