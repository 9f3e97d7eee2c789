import { storyEbuilds } from './first-whole-way.ts';
import type { EbuildOf, Fleet, MachineOf, Scenario } from './fleet.ts';

/** A binhost that has what the story's packages need to be built, so that a builder without root can make them too. */
const readyBinhost: MachineOf = {
  world: ['dev-libs/libfoo', 'sys-apps/dbus'],
  installed: ['dev-libs/libfoo-2.0', 'sys-apps/dbus-1.15.8'],
};

function fleetOf(nodes: Fleet['nodes'], more: EbuildOf[] = []): Fleet {
  return { repositories: { main: [...storyEbuilds, ...more] }, binhost: readyBinhost, nodes };
}

/** node1 has a repository that the binhost lacks. */
function withOverlay(fleet: Fleet): Fleet {
  const extra = [{ cpv: 'app-misc/overlay-only-1.0' }];
  return { ...fleet, repositories: { ...fleet.repositories, extra }, overlays: { node1: ['extra'] } };
}

export const twoNodesShareOneBuild: Scenario = {
  name: 'two-nodes-share-one-build',
  fleet: fleetOf({ node1: { world: ['app-misc/ca-certificates'] }, node2: { world: ['app-misc/ca-certificates'] } }),
  expected: {
    node1: { 'app-misc/ca-certificates-20061027.2': { state: 'ready' } },
    node2: { 'app-misc/ca-certificates-20061027.2': { state: 'ready' } },
  },
  builds: { 'app-misc/ca-certificates-20061027.2': 1 },
};

export const twoUseSetsTwoBuilds: Scenario = {
  name: 'two-use-sets-two-builds',
  fleet: fleetOf({
    node1: { use: 'dbus', world: ['net-dns/dnsmasq'], installed: ['sys-apps/dbus-1.15.8'] },
    node2: { use: '-dhcp', world: ['net-dns/dnsmasq'] },
  }),
  expected: {
    node1: { 'net-dns/dnsmasq-2.34': { state: 'ready', use: ['dbus', 'dhcp'] } },
    node2: { 'net-dns/dnsmasq-2.34': { state: 'ready', use: [] } },
  },
  builds: { 'net-dns/dnsmasq-2.34': 2 },
};

/** A library and its consumer, an upgrade on one node and new on the other: both are bound to the sub-slot that the nodes will have. */
export const libraryBeforeConsumer: Scenario = {
  name: 'library-before-consumer',
  fleet: fleetOf({
    node1: { world: ['sys-fs/fuse'] },
    node2: { world: ['sys-fs/fuse'], installed: ['dev-libs/libfoo-1.0', 'sys-fs/fuse-2.6.0'] },
  }),
  expected: {
    node1: {
      'dev-libs/libfoo-2.0': { state: 'ready' },
      'sys-fs/fuse-2.6.1': { state: 'ready', bindings: ['dev-libs/libfoo:0/2'] },
    },
    node2: {
      'dev-libs/libfoo-2.0': { state: 'ready' },
      'sys-fs/fuse-2.6.1': { state: 'ready', bindings: ['dev-libs/libfoo:0/2'] },
    },
  },
  builds: { 'dev-libs/libfoo-2.0': 1, 'sys-fs/fuse-2.6.1': 1 },
};

/** A package that does not compile: explained on every node that waits for it, while everything else goes on. */
export const failingPackageIsExplained: Scenario = {
  name: 'failing-package-is-explained',
  fleet: fleetOf(
    {
      node1: { world: ['app-arch/broken', 'app-misc/ca-certificates'] },
      node2: { world: ['app-arch/broken'] },
    },
    [{ cpv: 'app-arch/broken-1.0', breaks: 'this package never compiles' }],
  ),
  expected: {
    node1: {
      'app-arch/broken-1.0': { state: 'waiting', reasonCode: 'build-failed', build: 'failed' },
      'app-misc/ca-certificates-20061027.2': { state: 'ready' },
    },
    node2: { 'app-arch/broken-1.0': { state: 'waiting', reasonCode: 'build-failed', build: 'failed' } },
  },
  builds: { 'app-arch/broken-1.0': 1, 'app-misc/ca-certificates-20061027.2': 1 },
};

/** What must not be built is said, not built: a live ebuild, and one of an overlay that the binhost lacks. */
export const whatIsNotBuiltSaysWhy: Scenario = {
  name: 'what-is-not-built-says-why',
  fleet: withOverlay(
    fleetOf(
      {
        node1: {
          world: ['app-misc/live', 'app-misc/overlay-only', 'app-misc/ca-certificates'],
          acceptKeywords: ['app-misc/live **'],
        },
      },
      [{ cpv: 'app-misc/live-9999', keywords: '', properties: 'live' }],
    ),
  ),
  expected: {
    node1: {
      'app-misc/live-9999': { state: 'excluded', reasonCode: 'live' },
      'app-misc/overlay-only-1.0': { state: 'unbuildable', reasonCode: 'not-in-tree' },
      'app-misc/ca-certificates-20061027.2': { state: 'ready' },
    },
  },
  builds: { 'app-misc/ca-certificates-20061027.2': 1 },
};
