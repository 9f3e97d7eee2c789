import type { EbuildOf, Scenario } from './fleet.ts';

/** Binhosts that a node does not name, that can't be reached, or that aren't ours. */

const certificates = 'app-misc/ca-certificates-20061027.2';
const ready = { state: 'ready' } as const;
const small = (cpv: string): EbuildOf => ({ cpv });

/** Nothing that the binhost publishes could be used: said on the node, and no demand until its owner names the binhost. */
export const binhostNotConfigured: Scenario = {
  name: 'node-that-does-not-name-the-binhost',
  fleet: {
    repositories: { main: [small(certificates)] },
    binhost: { world: [] },
    nodes: { node1: { world: ['app-misc/ca-certificates'], namesBinhost: false } },
  },
  expected: { node1: {} },
  situations: { node1: ['binhost-not-configured'] },
  story: [
    {
      when: 'its owner adds the entry to binrepos.conf',
      happens: [{ nameBinhost: 'node1' }, { agent: ['report'], on: 'node1' }],
      expected: { node1: { [certificates]: ready } },
      situations: { node1: [] },
    },
  ],
  builds: { [certificates]: 1 },
};

/** What another binhost offers is no demand; while it is away, nobody knows what is, so nothing new is built. */
export const secondBinhost: Scenario = {
  name: 'a-second-binhost-beside-ours',
  fleet: {
    repositories: { main: [small(certificates), small('app-misc/elsewhere-1.0'), small('app-misc/further-1.0')] },
    binhost: { world: [] },
    otherBinhost: { world: [], offers: ['app-misc/elsewhere-1.0'] },
    nodes: { node1: { world: ['app-misc/ca-certificates', 'app-misc/elsewhere'] } },
  },
  expected: { node1: { [certificates]: ready } },
  story: [
    {
      when: 'the other binhost is away, and the node wants one package more',
      happens: [{ stop: 'other' }, { want: ['app-misc/further'], on: 'node1' }],
      expected: { node1: { [certificates]: ready } },
      situations: { node1: ['binhost-unreachable'] },
    },
    {
      when: 'the other binhost is back',
      happens: [{ start: 'other' }, { agent: ['report'], on: 'node1' }],
      expected: { node1: { [certificates]: ready, 'app-misc/further-1.0': ready } },
      situations: { node1: [] },
    },
  ],
  builds: { [certificates]: 1, 'app-misc/further-1.0': 1 },
};
