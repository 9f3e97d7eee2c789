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
