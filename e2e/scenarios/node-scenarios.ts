import { storyEbuilds } from './first-whole-way.ts';
import type { EbuildOf, Fleet, MachineOf, Scenario } from './fleet.ts';

/** What a node's own configuration does to its demand. */

const flagged: EbuildOf[] = [
  { cpv: 'app-misc/flagged-1.0', iuse: 'old x' },
  { cpv: 'app-misc/flagged-2.0', iuse: 'x abi_x86_32 +abi_x86_64' },
];

function fleetOf(nodes: Fleet['nodes'], more: EbuildOf[] = [], binhost: Partial<MachineOf> = {}): Fleet {
  return { repositories: { main: [...storyEbuilds, ...more] }, binhost: { world: [], ...binhost }, nodes };
}

const certificates = 'app-misc/ca-certificates-20061027.2';

/** Flags that only one node's old version still has, and a hidden USE_EXPAND group, show differently and split nothing. */
export const goneFlagsDontSplit: Scenario = {
  name: 'gone-and-hidden-flags-dont-split-a-variant',
  fleet: fleetOf(
    {
      node1: { world: ['app-misc/flagged'], installed: ['app-misc/flagged-1.0'] },
      node2: { world: ['app-misc/flagged'] },
    },
    flagged,
  ),
  expected: {
    node1: { 'app-misc/flagged-2.0': { state: 'ready', use: ['abi_x86_64'] } },
    node2: { 'app-misc/flagged-2.0': { state: 'ready', use: ['abi_x86_64'] } },
  },
  builds: { 'app-misc/flagged-2.0': 1 },
};

/** Display options are dropped, the rest of EMERGE_DEFAULT_OPTS is kept. */
export const askQuietColumns: Scenario = {
  name: 'node-with-ask-quiet-columns',
  fleet: fleetOf({
    node1: { world: ['app-misc/ca-certificates'], makeConf: { EMERGE_DEFAULT_OPTS: '--ask --quiet --columns' } },
  }),
  expected: { node1: { [certificates]: { state: 'ready' } } },
  builds: { [certificates]: 1 },
};

/** Published, but the node's own options pass it over: refused once, never built again. */
export const usepkgExclude: Scenario = {
  name: 'node-with-usepkg-exclude-refuses-once',
  fleet: fleetOf({
    node1: {
      world: ['app-misc/ca-certificates'],
      makeConf: { EMERGE_DEFAULT_OPTS: '--usepkg-exclude=app-misc/ca-certificates' },
    },
  }),
  expected: { node1: { [certificates]: { state: 'refused', reasonCode: 'excluded-on-node' } } },
  builds: { [certificates]: 1 },
};

/** A node that doesn't trust the key: refused with that reason, and the package is not built again. */
export const untrustedKey: Scenario = {
  name: 'node-that-does-not-trust-the-key',
  fleet: fleetOf({ node1: { world: ['app-misc/ca-certificates'], trustsKey: false } }),
  expected: { node1: { [certificates]: { state: 'refused', reasonCode: 'signature' } } },
  builds: { [certificates]: 1 },
};

/** ~amd64 on the node, stable on the binhost: the build root takes on the node's keyword. */
export const testingFromStable: Scenario = {
  name: 'testing-keyword-wanted-from-a-stable-binhost',
  fleet: fleetOf({ node1: { world: ['app-misc/keyworded'], acceptKeywords: ['app-misc/keyworded ~amd64'] } }, [
    { cpv: 'app-misc/keyworded-9.0', keywords: '~amd64' },
  ]),
  expected: { node1: { 'app-misc/keyworded-9.0': { state: 'ready' } } },
  builds: { 'app-misc/keyworded-9.0': 1 },
};

/** One IUSE flag more in the node's ebuild of the same version: no binary of the binhost's would be taken. */
export const oneFlagMore: Scenario = {
  name: 'one-iuse-flag-more-on-the-node',
  fleet: {
    ...fleetOf({ node1: { world: ['app-misc/ca-certificates'] } }),
    ownEbuilds: { node1: [{ cpv: certificates, iuse: 'extra' }] },
  },
  expected: { node1: { [certificates]: { state: 'unbuildable', reasonCode: 'tree-skew' } } },
  builds: {},
};

/** A row that stands in the list only because its parent would be compiled is no demand of its own. */
export const buildOnlyRow: Scenario = {
  name: 'build-only-rows-end-as-gone',
  fleet: fleetOf(
    { node1: { world: ['app-misc/made'] } },
    [{ cpv: 'dev-util/maker-1.0' }, { cpv: 'app-misc/made-1.0', bdepend: 'dev-util/maker' }],
    { world: ['dev-util/maker'], installed: ['dev-util/maker-1.0'] },
  ),
  expected: { node1: { 'app-misc/made-1.0': { state: 'ready' } } },
  builds: { 'app-misc/made-1.0': 1 },
};

/** Proposals of autounmask stay [ebuild] whatever is published: the node's owner has a line to add. */
export const autounmaskProposal: Scenario = {
  name: 'a-proposal-of-autounmask',
  fleet: fleetOf({ node1: { world: ['app-misc/wants-flag', 'app-misc/ca-certificates'] } }, [
    { cpv: 'app-misc/wants-flag-1.0', rdepend: 'sys-apps/dbus[X]' },
  ]),
  expected: {
    node1: {
      'app-misc/wants-flag-1.0': { state: 'ready' },
      'sys-apps/dbus-1.15.8': { state: 'unbuildable', reasonCode: 'node-config' },
      [certificates]: { state: 'ready' },
    },
  },
  builds: { 'app-misc/wants-flag-1.0': 1, [certificates]: 1 },
};

const MUST_CHANGE = 'The following USE changes are necessary to proceed';

/** emerge prints a list and exits with 1: what can be served of the list is, the rest says why, until the owner adds the line. */
export const listWithExitStatusOne: Scenario = {
  name: 'emerge-that-prints-a-list-and-exits-with-1',
  fleet: fleetOf({ node1: { world: ['app-misc/wants-flag', 'app-misc/ca-certificates'] } }, [
    { cpv: 'app-misc/wants-flag-1.0', rdepend: 'sys-apps/dbus[X]' },
  ]),
  expected: {
    node1: {
      'app-misc/wants-flag-1.0': { state: 'ready' },
      'sys-apps/dbus-1.15.8': { state: 'unbuildable', reasonCode: 'node-config', saying: 'X' },
      [certificates]: { state: 'ready' },
    },
  },
  story: [
    {
      when: 'a person asks emerge, and adds the line that it wants',
      happens: [
        {
          tryEmerge: ['-gpvuDN', 'world'],
          on: 'node1',
          exits: 1,
          saying: ['[binary', '[ebuild', 'sys-apps/dbus-1.15.8', MUST_CHANGE],
        },
        { configure: 'node1', files: { 'package.use/own': '>=sys-apps/dbus-1.15.8 X\n' } },
        { agent: ['report'], on: 'node1' },
      ],
      expected: {
        node1: {
          'app-misc/wants-flag-1.0': { state: 'ready' },
          'sys-apps/dbus-1.15.8': { state: 'ready', use: ['X'] },
          [certificates]: { state: 'ready' },
        },
      },
    },
    {
      when: 'a person asks again',
      happens: [{ tryEmerge: ['-gpvuDN', 'world'], on: 'node1', exits: 0, saying: ['[binary'] }],
      expected: {
        node1: {
          'app-misc/wants-flag-1.0': { state: 'ready' },
          'sys-apps/dbus-1.15.8': { state: 'ready', use: ['X'] },
          [certificates]: { state: 'ready' },
        },
      },
    },
  ],
  builds: { 'app-misc/wants-flag-1.0': 1, 'sys-apps/dbus-1.15.8': 1, [certificates]: 1 },
};

/** A package that the node patches would lose its patch without a word. */
export const patchedPackage: Scenario = {
  name: 'node-that-patches-a-package',
  fleet: fleetOf({
    node1: {
      world: ['app-misc/ca-certificates', 'net-dns/dnsmasq'],
      files: { 'patches/app-misc/ca-certificates/own.patch': '' },
    },
  }),
  expected: {
    node1: {
      [certificates]: { state: 'excluded', reasonCode: 'local-changes' },
      'net-dns/dnsmasq-2.34': { state: 'ready' },
    },
  },
  builds: { 'net-dns/dnsmasq-2.34': 1 },
};

/** A person must fetch the sources, or nobody can: said, and everything else goes on. */
export const sourcesOutOfReach: Scenario = {
  name: 'sources-out-of-reach',
  fleet: fleetOf({ node1: { world: ['app-arch/by-hand', 'app-arch/unfetchable', 'app-misc/ca-certificates'] } }, [
    { cpv: 'app-arch/by-hand-1.0', srcUri: 'http://127.0.0.1:9/by-hand-1.0.tar.gz', restrict: 'fetch' },
    { cpv: 'app-arch/unfetchable-1.0', srcUri: 'http://127.0.0.1:9/unfetchable-1.0.tar.gz' },
  ]),
  expected: {
    node1: {
      'app-arch/by-hand-1.0': { state: 'unbuildable', reasonCode: 'fetch-restricted' },
      'app-arch/unfetchable-1.0': { state: 'waiting', reasonCode: 'build-queued', build: 'queued' },
      [certificates]: { state: 'ready' },
    },
  },
  builds: { 'app-arch/unfetchable-1.0': 1, [certificates]: 1 },
};
