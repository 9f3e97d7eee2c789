import type { Scenario } from './fleet.ts';

/** Packages that can't stand beside each other: in a build root of its own the binhost's choice does not matter. */

/** Two mail programs that block each other: the binhost has one, the nodes want the other. */
export const mailersThatBlockEachOther: Scenario = {
  name: 'mailers-that-block-each-other',
  buildRoots: true,
  fleet: {
    repositories: {
      main: [
        { cpv: 'mail-mta/ssmtp-2.64', iuse: 'ssl', rdepend: '!mail-mta/postfix' },
        { cpv: 'mail-mta/postfix-3.8', iuse: 'ssl', rdepend: '!mail-mta/ssmtp' },
      ],
    },
    binhost: { world: ['mail-mta/ssmtp'], installed: ['mail-mta/ssmtp-2.64'] },
    nodes: {
      node1: { use: 'ssl', world: ['mail-mta/postfix'] },
      node2: { use: 'ssl', world: ['mail-mta/postfix'], installed: ['mail-mta/ssmtp-2.64'] },
    },
  },
  expected: {
    node1: { 'mail-mta/postfix-3.8': { state: 'ready', use: ['ssl'] } },
    node2: { 'mail-mta/postfix-3.8': { state: 'ready', use: ['ssl'] } },
  },
  builds: { 'mail-mta/postfix-3.8': 1 },
};

/** An ebuild that can't be built beside a package of the binhost's: it goes from the build root, and stays on the binhost. */
export const hardBlockerInDepend: Scenario = {
  name: 'hard-blocker-in-depend',
  buildRoots: true,
  fleet: {
    repositories: {
      main: [{ cpv: 'dev-libs/oldtool-1.0' }, { cpv: 'app-misc/newtool-2.0', depend: '!!dev-libs/oldtool' }],
    },
    binhost: { world: ['dev-libs/oldtool'], installed: ['dev-libs/oldtool-1.0'] },
    nodes: { node1: { world: ['app-misc/newtool'] } },
  },
  expected: { node1: { 'app-misc/newtool-2.0': { state: 'ready' } } },
  builds: { 'app-misc/newtool-2.0': 1 },
};
