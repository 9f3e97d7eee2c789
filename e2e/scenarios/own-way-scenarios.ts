import type { EbuildOf, Fleet, MachineOf, Scenario } from './fleet.ts';

/** Nodes that go their own way: they never compile, prove without fetching, test or change packages by themselves. */

const certificates: EbuildOf = { cpv: 'app-misc/ca-certificates-20061027.2' };
const certificatesReady = { [certificates.cpv]: { state: 'ready' } } as const;

function fleetOf(main: EbuildOf[], node1: MachineOf, binhost: Partial<MachineOf> = {}): Fleet {
  return {
    repositories: { main: [certificates, ...main] },
    binhost: { world: [], ...binhost },
    nodes: { node1 },
  };
}

/** A node that never compiles gets all that its update needs, a virtual among it, and then updates by binaries alone. */
export const binaryOnlyNode: Scenario = {
  name: 'binary-only-node-with-a-virtual',
  fleet: fleetOf(
    [
      { cpv: 'app-misc/editor-1.0' },
      { cpv: 'virtual/text-editor-0', rdepend: 'app-misc/editor' },
      { cpv: 'app-misc/mailer-1.0', rdepend: 'virtual/text-editor' },
    ],
    { world: ['app-misc/mailer'], makeConf: { EMERGE_DEFAULT_OPTS: '--getbinpkgonly' } },
    { world: ['virtual/text-editor'], installed: ['app-misc/editor-1.0', 'virtual/text-editor-0'] },
  ),
  expected: {
    node1: {
      'app-misc/editor-1.0': { state: 'ready' },
      'virtual/text-editor-0': { state: 'ready' },
      'app-misc/mailer-1.0': { state: 'ready' },
    },
  },
  story: [
    {
      when: 'its owner updates it, by binaries alone as always',
      happens: [
        { emerge: ['--color=n', '--nospinner', '-uDN', 'world'], on: 'node1' },
        { agent: ['report'], on: 'node1' },
      ],
      expected: { node1: {} },
    },
  ],
  builds: { 'app-misc/editor-1.0': 1, 'virtual/text-editor-0': 1, 'app-misc/mailer-1.0': 1 },
};

/** Only the signed Manifest is read over the network; the install then fetches the whole package. */
export const provenByManifest: Scenario = {
  name: 'proven-by-its-manifest-alone',
  fleet: fleetOf([], { world: ['app-misc/ca-certificates'], settings: { 'prove.mode': 'manifest' } }),
  expected: { node1: certificatesReady },
  builds: { [certificates.cpv]: 1 },
};

/** Whatever is larger than the node would fetch to prove it is published, and said not to be proven. */
export const tooLargeToProve: Scenario = {
  name: 'larger-than-the-node-proves',
  fleet: fleetOf([], { world: ['app-misc/ca-certificates'], settings: { 'prove.maxSize': '1KiB' } }),
  expected: { node1: { [certificates.cpv]: { state: 'published', reasonCode: 'not-proven' } } },
  builds: { [certificates.cpv]: 1 },
};

/** FEATURES=test shows as a flag that a plain binary has not; package.env gives a package other flags for the compiler. */
export const ownTestsAndEnvironment: Scenario = {
  name: 'node-with-its-own-tests-and-package-env',
  fleet: fleetOf(
    [{ cpv: 'dev-libs/tested-1.0', iuse: 'test', restrict: '!test? ( test )' }, { cpv: 'dev-libs/tuned-1.0' }],
    {
      world: ['dev-libs/tested', 'dev-libs/tuned', 'app-misc/ca-certificates'],
      makeConf: { FEATURES: '${FEATURES} test' },
      files: { 'env/slow': 'CFLAGS="-O1"\n', 'package.env': 'dev-libs/tuned slow\n' },
    },
  ),
  expected: {
    node1: {
      'dev-libs/tested-1.0': { state: 'excluded', reasonCode: 'own-tests' },
      'dev-libs/tuned-1.0': { state: 'excluded', reasonCode: 'local-changes' },
      ...certificatesReady,
    },
  },
  builds: { [certificates.cpv]: 1 },
};

const needsTesting: EbuildOf[] = [
  { cpv: 'app-misc/testing-2.0', keywords: '~amd64' },
  { cpv: 'app-misc/needs-testing-1.0', rdepend: '>=app-misc/testing-2.0' },
];

/** emerge leaves a package that needs a masked one out of its list: what it does list is served. */
export const leftOutOfTheList: Scenario = {
  name: 'package-that-needs-a-masked-one-is-left-out',
  realOnly: 'the simulated Portage makes no list where a package of the world cannot be had',
  fleet: fleetOf(
    needsTesting,
    { world: ['app-misc/needs-testing', 'app-misc/ca-certificates'] },
    {
      world: ['app-misc/testing'],
      acceptKeywords: ['app-misc/testing ~amd64'],
      installed: ['app-misc/testing-2.0'],
    },
  ),
  expected: { node1: certificatesReady },
  story: [
    {
      when: 'the owner of the node adds the line',
      happens: [
        { configure: 'node1', files: { 'package.accept_keywords/own': '=app-misc/testing-2.0 ~amd64\n' } },
        { agent: ['report'], on: 'node1' },
      ],
      expected: {
        node1: {
          'app-misc/testing-2.0': { state: 'ready' },
          'app-misc/needs-testing-1.0': { state: 'ready' },
          ...certificatesReady,
        },
      },
    },
  ],
  builds: { 'app-misc/testing-2.0': 1, 'app-misc/needs-testing-1.0': 1, [certificates.cpv]: 1 },
};

const libc: EbuildOf[] = [{ cpv: 'sys-libs/glibc-2.41' }, { cpv: 'sys-libs/glibc-2.42-r3' }];

/** A C library of the binhost's that is newer than the node's: what is built with it might not run there. */
export const newerLibc: Scenario = {
  name: 'newer-libc-on-the-binhost',
  fleet: fleetOf(
    libc,
    {
      world: ['sys-libs/glibc', 'app-misc/ca-certificates'],
      files: { 'package.mask/libc': '>=sys-libs/glibc-2.42\n' },
      installed: ['sys-libs/glibc-2.41'],
    },
    { world: ['sys-libs/glibc'], installed: ['sys-libs/glibc-2.42-r3'] },
  ),
  expected: { node1: { [certificates.cpv]: { state: 'unbuildable', reasonCode: 'libc-newer' } } },
  story: [
    {
      when: 'the node is to get the newer one as well',
      happens: [
        { configure: 'node1', files: { 'package.mask/libc': '' } },
        { agent: ['report'], on: 'node1' },
      ],
      expected: { node1: { 'sys-libs/glibc-2.42-r3': { state: 'ready' }, ...certificatesReady } },
    },
  ],
  builds: { 'sys-libs/glibc-2.42-r3': 1, [certificates.cpv]: 1 },
};
