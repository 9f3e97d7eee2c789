import type { Scenario } from './fleet.ts';

/**
 * Two packages whose phases look, as root, for the signing key, the database, the binhost's files, processes and network, and
 * try every way out of the build root that they know. They compile only if all of it is in vain; so being published is the
 * proof. The one is merged into the other's build root, so that its pkg_preinst runs there too. The binhost's FEATURES ask for
 * Portage's own namespaces as well.
 */
export const maliciousEbuild: Scenario = {
  name: 'malicious-ebuild-reaches-nothing',
  fleet: {
    repositories: {
      main: [
        { cpv: 'dev-util/hostile-tool-1.0', isHostile: true },
        { cpv: 'app-misc/hostile-1.0', bdepend: 'dev-util/hostile-tool', isHostile: true },
      ],
    },
    binhost: {
      world: [],
      makeConf: {
        FEATURES:
          '-sandbox -usersandbox -userpriv network-sandbox ipc-sandbox pid-sandbox mount-sandbox -news -merge-sync',
      },
    },
    nodes: { node1: { world: ['app-misc/hostile'] } },
  },
  expected: { node1: { 'app-misc/hostile-1.0': { state: 'ready' } } },
  builds: { 'app-misc/hostile-1.0': 1 },
  realOnly: 'a simulated emerge runs no phases of an ebuild, so there is nothing to attack with',
};

const certificates = 'app-misc/ca-certificates-20061027.2';

const refusedByDigest = {
  state: 'refused',
  reasonCode: 'fetch',
  saying: 'Digest verification failed: Reason: Failed on SHA1 verification',
} as const;

/** Somebody with the binhost's disk changes what is published and signed: no node takes it, and its status says why. */
export const changedOnTheBinhost: Scenario = {
  name: 'package-whose-bytes-were-changed-on-the-binhost',
  fleet: {
    repositories: { main: [{ cpv: certificates }] },
    binhost: { world: [] },
    nodes: { node1: { world: ['app-misc/ca-certificates'] }, node2: { world: [] } },
    // so that it is the node that notices
    settings: { 'publish.checkInterval': '1d' },
  },
  expected: { node1: { [certificates]: { state: 'ready' } }, node2: {} },
  story: [
    {
      when: 'its bytes change, and a node that has not fetched it yet wants it',
      happens: [{ changePublished: certificates }, { want: ['app-misc/ca-certificates'], on: 'node2' }],
      expected: {
        node1: { [certificates]: { state: 'ready' } },
        node2: { [certificates]: refusedByDigest },
      },
    },
    {
      when: 'a person there installs it by hand',
      happens: [
        {
          tryEmerge: ['-g1', `=${certificates}`],
          on: 'node2',
          exits: 1,
          saying: ['Emerging binary', 'Digest verification failed', 'checksum_failure'],
        },
        { agent: ['report'], on: 'node2' },
      ],
      expected: {
        node1: { [certificates]: { state: 'ready' } },
        node2: { [certificates]: refusedByDigest },
      },
    },
  ],
  builds: { [certificates]: 1 },
};
