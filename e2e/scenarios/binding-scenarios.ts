import type { EbuildOf, MachineOf, Scenario } from './fleet.ts';

/** What a `:=` dependency does: a binary is bound to the sub-slot that stood in its build root, and fits only nodes that have it. */

const bindsTo = (atom: string) => ({ depend: atom, rdepend: atom });
const oldLibrary: EbuildOf = { cpv: 'dev-libs/libfoo-1.0', slot: '0/1' };
const newLibrary: EbuildOf = { cpv: 'dev-libs/libfoo-2.0', slot: '0/2' };
const libraries = [oldLibrary, newLibrary];
const fuse: EbuildOf = { cpv: 'sys-fs/fuse-2.6.1', iuse: 'static', ...bindsTo('dev-libs/libfoo:=') };
const consumers: EbuildOf[] = Array.from({ length: 8 }, (_, i) => ({
  cpv: `app-misc/consumer${i + 1}-1.0`,
  ...bindsTo('dev-libs/libfoo:='),
}));

/** One node stays on the library's old sub-slot: two variants of the same version with the same flags, each taken by its node. */
export const oneNodeStaysOnTheOldSubSlot: Scenario = {
  name: 'one-node-stays-on-the-old-sub-slot',
  buildRoots: true,
  fleet: {
    repositories: { main: [...libraries, fuse] },
    binhost: { world: ['dev-libs/libfoo'], installed: ['dev-libs/libfoo-2.0'] },
    nodes: {
      node1: { world: ['sys-fs/fuse'] },
      node2: { world: ['sys-fs/fuse'], packageMask: ['>=dev-libs/libfoo-2'], installed: ['dev-libs/libfoo-1.0'] },
    },
  },
  expected: {
    node1: {
      'dev-libs/libfoo-2.0': { state: 'ready' },
      'sys-fs/fuse-2.6.1': { state: 'ready', use: [], bindings: ['dev-libs/libfoo:0/2'] },
    },
    node2: { 'sys-fs/fuse-2.6.1': { state: 'ready', use: [], bindings: ['dev-libs/libfoo:0/1'] } },
  },
  builds: { 'dev-libs/libfoo-2.0': 1, 'sys-fs/fuse-2.6.1': 2 },
};

/** The library goes up on a node: what is bound to the old sub-slot is built again, the same version. */
export const subSlotUpgradeRebuildsTheConsumer: Scenario = {
  name: 'sub-slot-upgrade-rebuilds-the-consumer',
  buildRoots: true,
  fleet: {
    repositories: { main: [...libraries, fuse] },
    binhost: { world: ['sys-fs/fuse'], installed: ['dev-libs/libfoo-1.0', 'sys-fs/fuse-2.6.1'] },
    nodes: {
      node1: { world: ['sys-fs/fuse'], installed: ['dev-libs/libfoo-1.0', 'sys-fs/fuse-2.6.1'] },
    },
  },
  expected: {
    node1: {
      'dev-libs/libfoo-2.0': { state: 'ready' },
      'sys-fs/fuse-2.6.1': { state: 'ready', bindings: ['dev-libs/libfoo:0/2'] },
    },
  },
  builds: { 'dev-libs/libfoo-2.0': 1, 'sys-fs/fuse-2.6.1': 1 },
};

/** Upstream moves on while the fleet runs: the same version is built once more, and both variants stay side by side. */
export const sameVersionForANewBinding: Scenario = {
  name: 'same-version-rebuilt-for-a-new-binding',
  buildRoots: true,
  fleet: {
    repositories: { main: [oldLibrary, fuse] },
    binhost: { world: ['dev-libs/libfoo'], installed: ['dev-libs/libfoo-1.0'] },
    nodes: { node1: { world: ['sys-fs/fuse'] } },
  },
  expected: {
    node1: {
      'dev-libs/libfoo-1.0': { state: 'ready' },
      'sys-fs/fuse-2.6.1': { state: 'ready', bindings: ['dev-libs/libfoo:0/1'] },
    },
  },
  story: [
    {
      when: 'the node is updated, then the library gets a new sub-slot',
      happens: [
        { update: 'node1' },
        { sync: 'binhost', ebuilds: [newLibrary] },
        { sync: 'node1', ebuilds: [newLibrary] },
      ],
      expected: {
        node1: {
          'dev-libs/libfoo-2.0': { state: 'ready' },
          'sys-fs/fuse-2.6.1': { state: 'ready', bindings: ['dev-libs/libfoo:0/2'] },
        },
      },
    },
  ],
  builds: { 'dev-libs/libfoo-1.0': 1, 'dev-libs/libfoo-2.0': 1, 'sys-fs/fuse-2.6.1': 2 },
  published: { 'dev-libs/libfoo-1.0': 1, 'dev-libs/libfoo-2.0': 1, 'sys-fs/fuse-2.6.1': 2 },
};

/** A program that the build itself runs is bound to the sub-slot that the build root gives up: it is made anew there, and nothing else. */
export const buildToolFollowsTheLibrary: Scenario = {
  name: 'build-tool-bound-to-the-old-sub-slot',
  buildRoots: true,
  fleet: {
    repositories: {
      main: [
        ...libraries,
        { cpv: 'dev-util/maker-1.0', ...bindsTo('dev-libs/libfoo:=') },
        { cpv: 'dev-util/bystander-1.0', ...bindsTo('dev-libs/libfoo:=') },
        { cpv: 'app-misc/made-1.0', ...bindsTo('dev-libs/libfoo:='), bdepend: 'dev-util/maker' },
      ],
    },
    binhost: {
      world: ['dev-util/maker', 'dev-util/bystander'],
      installed: ['dev-libs/libfoo-1.0', 'dev-util/maker-1.0', 'dev-util/bystander-1.0'],
    },
    nodes: { node1: { world: ['app-misc/made'] } },
  },
  expected: {
    node1: {
      'dev-libs/libfoo-2.0': { state: 'ready' },
      'app-misc/made-1.0': { state: 'ready', bindings: ['dev-libs/libfoo:0/2'] },
    },
  },
  builds: { 'app-misc/made-1.0': 1, 'dev-libs/libfoo-2.0': 1 },
  published: { 'app-misc/made-1.0': 1, 'dev-libs/libfoo-2.0': 1, 'dev-util/maker-1.0': 1 },
};

const scripting: EbuildOf[] = [
  { cpv: 'dev-lang/script-1.5', slot: '1' },
  { cpv: 'dev-lang/script-2.1', slot: '2' },
  { cpv: 'app-editors/scripted-3.0', ...bindsTo('dev-lang/script:=') },
];

/** A `:=` that names no slot binds to the highest slot that is there: the binhost's higher one must not be seen for node1. */
export const slotOperatorWithSeveralSlots: Scenario = {
  name: 'slot-operator-with-several-slots',
  buildRoots: true,
  fleet: {
    repositories: { main: scripting },
    binhost: {
      world: ['dev-lang/script:1', 'dev-lang/script:2'],
      installed: ['dev-lang/script-1.5', 'dev-lang/script-2.1'],
    },
    nodes: {
      node1: {
        world: ['app-editors/scripted'],
        packageMask: ['dev-lang/script:2'],
        installed: ['dev-lang/script-1.5'],
      },
      node2: { world: ['app-editors/scripted'], installed: ['dev-lang/script-1.5', 'dev-lang/script-2.1'] },
    },
  },
  expected: {
    node1: { 'app-editors/scripted-3.0': { state: 'ready', bindings: ['dev-lang/script:1/1'] } },
    node2: { 'app-editors/scripted-3.0': { state: 'ready', bindings: ['dev-lang/script:2/2'] } },
  },
  builds: { 'app-editors/scripted-3.0': 2 },
};

const storm: MachineOf = {
  world: consumers.map(({ cpv }) => cpv.replace(/-[^-]*$/, '')),
  installed: ['dev-libs/libfoo-1.0', ...consumers.map(({ cpv }) => cpv)],
};

/** A build root gets another sub-slot of a library that eight packages of the binhost's world are bound to: none of them is built. */
export const noRebuildStorm: Scenario = {
  name: 'library-with-many-consumers-on-the-binhost',
  buildRoots: true,
  fleet: {
    repositories: { main: [...libraries, fuse, ...consumers] },
    binhost: storm,
    nodes: { node1: { world: ['sys-fs/fuse'] } },
  },
  expected: {
    node1: {
      'dev-libs/libfoo-2.0': { state: 'ready' },
      'sys-fs/fuse-2.6.1': { state: 'ready', bindings: ['dev-libs/libfoo:0/2'] },
    },
  },
  builds: { 'dev-libs/libfoo-2.0': 1, 'sys-fs/fuse-2.6.1': 1 },
  published: { 'dev-libs/libfoo-2.0': 1, 'sys-fs/fuse-2.6.1': 1 },
};

/** What the binhost lacks and only the build needs is compiled on the way, once, and published beside it. */
export const dependencyThatTheBinhostLacks: Scenario = {
  name: 'dependency-that-the-binhost-lacks',
  buildRoots: true,
  fleet: {
    repositories: {
      main: [
        { cpv: 'dev-libs/toolkit-1.0' },
        { cpv: 'dev-util/maker-1.0', rdepend: 'dev-libs/toolkit' },
        { cpv: 'app-misc/made-1.0', bdepend: 'dev-util/maker' },
      ],
    },
    binhost: { world: [] },
    nodes: { node1: { world: ['app-misc/made'] } },
  },
  expected: { node1: { 'app-misc/made-1.0': { state: 'ready' } } },
  builds: { 'app-misc/made-1.0': 1 },
  published: { 'app-misc/made-1.0': 1, 'dev-libs/toolkit-1.0': 1, 'dev-util/maker-1.0': 1 },
};

/** The node keeps a library of which the binhost has no ebuild any more: said at once, with the way out, and not built. */
export const bindingThatIsGone: Scenario = {
  name: 'binding-that-is-gone-from-the-tree',
  fleet: {
    repositories: { main: [newLibrary, fuse] },
    ownEbuilds: { node1: [oldLibrary] },
    binhost: { world: [] },
    nodes: {
      node1: { world: ['sys-fs/fuse'], packageMask: ['>=dev-libs/libfoo-2'], installed: ['dev-libs/libfoo-1.0'] },
    },
  },
  expected: { node1: { 'sys-fs/fuse-2.6.1': { state: 'unbuildable', reasonCode: 'binding-gone' } } },
  builds: {},
};
