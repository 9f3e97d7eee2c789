import { storyEbuilds } from './first-whole-way.ts';
import type { EbuildOf, Fleet, Scenario } from './fleet.ts';

/** What happens around the published directory, and what becomes of packages that nobody waits for any more. */

const certificates = 'app-misc/ca-certificates-20061027.2';
const dbus = 'sys-apps/dbus-1.15.8';
const ready = { state: 'ready' } as const;

function fleetOf(nodes: Fleet['nodes'], more: EbuildOf[] = []): Fleet {
  return { repositories: { main: [...storyEbuilds, ...more] }, binhost: { world: [] }, nodes };
}

/** A file vanishes from the published directory: noticed, withdrawn from the index and from the wish, and built again. */
export const fileVanishes: Scenario = {
  name: 'published-file-vanishes',
  fleet: {
    ...fleetOf({ node1: { world: ['sys-apps/dbus', 'app-misc/ca-certificates'] } }),
    settings: { 'publish.checkInterval': '3s' },
  },
  expected: { node1: { [dbus]: ready, [certificates]: ready } },
  story: [
    {
      when: 'the file of a package vanishes, and new builds need a person',
      happens: [{ coordinator: ['policy', 'set', 'pool', 'default', 'ask'] }, { removePublished: certificates }],
      expected: {
        node1: { [dbus]: ready, [certificates]: { state: 'waiting', reasonCode: 'build-held', build: 'held' } },
      },
    },
    {
      when: 'a person lets it be built',
      happens: [{ deed: 'approve', cpv: certificates }],
      expected: { node1: { [dbus]: ready, [certificates]: ready } },
    },
  ],
  builds: { [dbus]: 1, [certificates]: 2 },
  published: { [dbus]: 1, [certificates]: 1 },
};

/** Two packages are let go at the same moment: two publishes right after each other, and the node sees both. */
export const twoPublishesAtOnce: Scenario = {
  name: 'two-publishes-within-a-second',
  fleet: fleetOf({ node1: { world: ['net-analyzer/traceroute'] } }),
  expected: { node1: { 'net-analyzer/traceroute-1.4_p12-r5': ready } },
  story: [
    {
      when: 'two packages wait for a person before publishing',
      happens: [
        { coordinator: ['policy', 'set', 'pool', 'default', 'ask', '--before', 'publish'] },
        { want: ['sys-apps/dbus', 'app-misc/ca-certificates'], on: 'node1' },
      ],
      expected: {
        node1: {
          'net-analyzer/traceroute-1.4_p12-r5': ready,
          [dbus]: { state: 'waiting', reasonCode: 'build-quarantined', build: 'quarantined' },
          [certificates]: { state: 'waiting', reasonCode: 'build-quarantined', build: 'quarantined' },
        },
      },
    },
    {
      when: 'a person approves both at once',
      happens: [
        {
          together: [
            { deed: 'approve', cpv: dbus },
            { deed: 'approve', cpv: certificates },
          ],
        },
      ],
      expected: { node1: { 'net-analyzer/traceroute-1.4_p12-r5': ready, [dbus]: ready, [certificates]: ready } },
    },
  ],
  builds: { 'net-analyzer/traceroute-1.4_p12-r5': 1, [dbus]: 1, [certificates]: 1 },
  published: { 'net-analyzer/traceroute-1.4_p12-r5': 1, [dbus]: 1, [certificates]: 1 },
};

const COMPILE = ['--color=n', '--nospinner', '--ignore-default-opts', '--oneshot', '--usepkg=n', '--getbinpkg=n'];

/**
 * The node compiles by itself what it was served, and what nobody has begun to build: both wishes go. The package stays in
 * the index and serves the next node; the build that nobody has begun is dropped.
 */
export const nodeCompilesItself: Scenario = {
  name: 'node-compiles-the-package-itself',
  fleet: fleetOf({ node1: { world: ['sys-apps/dbus'] }, node2: { world: [] } }),
  expected: { node1: { [dbus]: ready }, node2: {} },
  story: [
    {
      when: 'the node wants one more package, whose build a person must allow',
      happens: [
        { coordinator: ['policy', 'set', 'package', 'app-misc/ca-certificates', 'ask'] },
        { want: ['app-misc/ca-certificates'], on: 'node1' },
      ],
      expected: {
        node1: { [dbus]: ready, [certificates]: { state: 'waiting', reasonCode: 'build-held', build: 'held' } },
      },
    },
    {
      when: 'it compiles both by itself, and another node wants the first one',
      happens: [
        { emerge: [...COMPILE, 'sys-apps/dbus', 'app-misc/ca-certificates'], on: 'node1' },
        { agent: ['report'], on: 'node1' },
        { want: ['sys-apps/dbus'], on: 'node2' },
      ],
      expected: { node1: {}, node2: { [dbus]: ready } },
      newestBuilds: { [certificates]: 'superseded' },
    },
  ],
  builds: { [dbus]: 1 },
  published: { [dbus]: 1 },
};
