import { storyEbuilds } from './first-whole-way.ts';
import type { EbuildOf, Fleet, Scenario } from './fleet.ts';

/** Machines that are away for a while, and processes that end in the middle of something. */

const certificates = 'app-misc/ca-certificates-20061027.2';
const dbus = 'sys-apps/dbus-1.15.8';
const ready = { state: 'ready' } as const;

function fleetOf(nodes: Fleet['nodes'], more: EbuildOf[] = []): Fleet {
  return { repositories: { main: [...storyEbuilds, ...more] }, binhost: { world: [] }, nodes };
}

/** What a node lists while the binhost is away would all be compiled, and is no demand; once it is back the node looks again. */
export const binhostAway: Scenario = {
  name: 'binhost-down-while-a-node-looks',
  fleet: fleetOf({ node1: { world: ['sys-apps/dbus'] } }),
  expected: { node1: { [dbus]: ready } },
  story: [
    {
      when: 'the binhost is down, and the node wants one more package and looks',
      happens: [
        { stop: 'binhost' },
        { want: ['app-misc/ca-certificates'], on: 'node1' },
        { look: 'node1', ends: 'incomplete' },
        { start: 'binhost' },
      ],
      expected: { node1: { [dbus]: ready, [certificates]: ready } },
    },
  ],
  builds: { [dbus]: 1, [certificates]: 1 },
};

const dnsmasq = { cpv: 'net-dns/dnsmasq-2.35', iuse: 'dbus resolvconf +dhcp' };
const newDbus = { cpv: 'sys-apps/dbus-1.16.0', iuse: 'X' };

/** A node sleeps for a week: others' demand and the trees move on; when it wakes it wants what it wants then, and no more. */
export const nodeAsleep: Scenario = {
  name: 'node-asleep-for-a-week',
  fleet: fleetOf({
    node1: { world: ['net-dns/dnsmasq', 'sys-apps/dbus'] },
    node2: { world: ['net-dns/dnsmasq'] },
  }),
  expected: {
    node1: { 'net-dns/dnsmasq-2.34': ready, [dbus]: ready },
    node2: { 'net-dns/dnsmasq-2.34': ready },
  },
  story: [
    {
      when: 'node1 sleeps, the binhost and node2 sync and node2 wants more',
      happens: [
        { stop: 'node1' },
        { sync: 'binhost', ebuilds: [dnsmasq, newDbus] },
        { sync: 'node2', ebuilds: [dnsmasq, newDbus] },
        { want: ['sys-apps/dbus', 'app-misc/ca-certificates'], on: 'node2' },
      ],
      expected: { node2: { [dnsmasq.cpv]: ready, [newDbus.cpv]: ready, [certificates]: ready } },
    },
    {
      when: 'node1 has synced as well and wakes with a world of its own',
      happens: [
        { appearOn: 'node1', ebuilds: [dnsmasq, newDbus] },
        { start: 'node1' },
        { want: ['net-analyzer/traceroute'], on: 'node1' },
      ],
      expected: {
        node1: { [dnsmasq.cpv]: ready, [newDbus.cpv]: ready, 'net-analyzer/traceroute-1.4_p12-r5': ready },
        node2: { [dnsmasq.cpv]: ready, [newDbus.cpv]: ready, [certificates]: ready },
      },
    },
  ],
  builds: {
    'net-dns/dnsmasq-2.34': 1,
    [dbus]: 1,
    [dnsmasq.cpv]: 1,
    [newDbus.cpv]: 1,
    [certificates]: 1,
    'net-analyzer/traceroute-1.4_p12-r5': 1,
  },
};

const slow: EbuildOf = { cpv: 'app-misc/slow-1.0', compileSeconds: 15 };
const building = { state: 'waiting', reasonCode: 'build-building', build: 'building' } as const;

/** The coordinator restarts while a build runs: the builder goes on with it, and the same attempt is published. */
export const coordinatorRestarts: Scenario = {
  name: 'coordinator-restarted-while-a-build-runs',
  buildRoots: true,
  fleet: fleetOf({ node1: { world: ['app-misc/slow'] } }, [slow]),
  expected: { node1: { [slow.cpv]: building } },
  story: [
    {
      when: 'the coordinator restarts',
      happens: [{ restart: 'serve' }],
      expected: { node1: { [slow.cpv]: ready } },
      attempts: { [slow.cpv]: 1 },
    },
  ],
  builds: { [slow.cpv]: 1 },
};

/** The whole binhost restarts while a build runs: the attempt is lost with its builder, the build is not. */
export const binhostRestarts: Scenario = {
  name: 'binhost-restarted-while-a-build-runs',
  fleet: fleetOf({ node1: { world: ['app-misc/slow'] } }, [slow]),
  expected: { node1: { [slow.cpv]: building } },
  story: [
    {
      when: 'the binhost restarts',
      happens: [{ stop: 'binhost' }, { start: 'binhost' }],
      expected: { node1: { [slow.cpv]: ready } },
      attempts: { [slow.cpv]: 2 },
    },
  ],
  builds: { [slow.cpv]: 1 },
};

/** The agent is away when its package is published: the notice waits for it. */
export const agentRestarts: Scenario = {
  name: 'agent-away-while-its-package-is-published',
  fleet: fleetOf({ node1: { world: ['app-misc/slow'] } }, [slow]),
  expected: { node1: { [slow.cpv]: building } },
  story: [
    {
      when: 'the agent ends, and the package is published meanwhile',
      happens: [{ stop: 'node1' }],
      expected: {},
      newestBuilds: { [slow.cpv]: 'published' },
    },
    {
      when: 'the agent starts again',
      happens: [{ start: 'node1' }],
      expected: { node1: { [slow.cpv]: ready } },
    },
  ],
  builds: { [slow.cpv]: 1 },
};
