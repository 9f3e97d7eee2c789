import { storyEbuilds } from './first-whole-way.ts';
import type { EbuildOf, Fleet, Scenario } from './fleet.ts';

/** Trees that move: the binhost's and the nodes', not always at the same time. */

const certificates = 'app-misc/ca-certificates-20061027.2';

function fleetOf(nodes: Fleet['nodes'], more: EbuildOf[] = []): Fleet {
  return { repositories: { main: [...storyEbuilds, ...more] }, binhost: { world: [] }, nodes };
}

const fresh: EbuildOf = { cpv: 'app-misc/ca-certificates-20260801' };

/** The node has synced before the binhost: its wish says so, and is served once the binhost has synced too. */
export const binhostCatchesUp: Scenario = {
  name: 'binhost-syncs-after-the-node',
  fleet: { ...fleetOf({ node1: { world: ['app-misc/ca-certificates'] } }), ownEbuilds: { node1: [fresh] } },
  expected: { node1: { [fresh.cpv]: { state: 'unbuildable', reasonCode: 'not-in-tree' } } },
  story: [
    {
      when: 'the binhost syncs a tree that has the version',
      happens: [{ sync: 'binhost', ebuilds: [fresh] }],
      expected: { node1: { [fresh.cpv]: { state: 'ready' } } },
    },
  ],
  builds: { [fresh.cpv]: 1 },
};

/** The binhost has a newer version already; the node is served the one that it wants, and the newer one once it has synced. */
export const nodeCatchesUp: Scenario = {
  name: 'node-syncs-after-the-binhost',
  fleet: { ...fleetOf({ node1: { world: ['app-misc/ca-certificates'] } }), ownEbuilds: { binhost: [fresh] } },
  expected: { node1: { [certificates]: { state: 'ready' } } },
  story: [
    {
      when: 'the node syncs a tree that has the newer version',
      happens: [{ sync: 'node1', ebuilds: [fresh] }],
      expected: { node1: { [fresh.cpv]: { state: 'ready' } } },
    },
  ],
  builds: { [certificates]: 1, [fresh.cpv]: 1 },
};

const broken: EbuildOf = { cpv: 'app-arch/broken-1.0', breaks: 'this package never compiles' };
const mended: EbuildOf = { cpv: 'app-arch/broken-1.0-r1' };

/** A new revision mends what does not compile: the old wish goes with its failed build, the new one is served. */
export const mendedByRevision: Scenario = {
  name: 'failing-ebuild-mended-by-a-new-revision',
  fleet: fleetOf({ node1: { world: ['app-arch/broken'] } }, [broken]),
  expected: { node1: { [broken.cpv]: { state: 'waiting', reasonCode: 'build-failed', build: 'failed' } } },
  story: [
    {
      when: 'both sides sync a tree with the new revision',
      happens: [
        { sync: 'binhost', ebuilds: [mended] },
        { sync: 'node1', ebuilds: [mended] },
      ],
      expected: { node1: { [mended.cpv]: { state: 'ready' } } },
      newestBuilds: { [broken.cpv]: 'superseded' },
    },
  ],
  builds: { [mended.cpv]: 1 },
};

/** The same version is mended in place: another ebuild, so it is tried again by itself. */
export const mendedInPlace: Scenario = {
  name: 'failing-ebuild-mended-in-place',
  fleet: fleetOf({ node1: { world: ['app-arch/broken'] } }, [broken]),
  expected: { node1: { [broken.cpv]: { state: 'waiting', reasonCode: 'build-failed', build: 'failed' } } },
  story: [
    {
      when: 'both sides sync a tree in which it compiles',
      happens: [
        { sync: 'binhost', ebuilds: [{ cpv: broken.cpv }] },
        { sync: 'node1', ebuilds: [{ cpv: broken.cpv }] },
      ],
      expected: { node1: { [broken.cpv]: { state: 'ready' } } },
    },
  ],
  builds: { [broken.cpv]: 1 },
};
