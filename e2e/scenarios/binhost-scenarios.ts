import type { EbuildOf, Scenario } from './fleet.ts';

/** What the binhost's own system is like: nothing of it may show in what is built for others. */

const certificates = 'app-misc/ca-certificates-20061027.2';
const library: EbuildOf[] = [
  { cpv: certificates },
  { cpv: 'dev-libs/libfoo-1.0', slot: '0/1' },
  { cpv: 'dev-libs/libfoo-2.0', slot: '0/2' },
  { cpv: 'sys-fs/fuse-2.6.1', depend: 'dev-libs/libfoo:=', rdepend: 'dev-libs/libfoo:=' },
];

/**
 * An owner who takes binaries, from the own binhost too, with a bashrc that spoils every compile, and files where others have
 * directories: package.use with flags that nobody else wants, package.accept_keywords with versions that are not for others.
 */
export const binhostWithAnOwnerOfItsOwn: Scenario = {
  name: 'binhost-with-getbinpkg-bashrc-and-plain-files',
  buildRoots: true,
  fleet: {
    repositories: {
      main: [
        { cpv: 'dev-util/maker-1.0', iuse: 'extras' },
        { cpv: 'dev-util/maker-2.0', iuse: 'extras', keywords: '~amd64' },
        { cpv: 'app-misc/flagged-1.0', iuse: 'extras plain', bdepend: 'dev-util/maker' },
        { cpv: 'app-misc/keyworded-9.0', iuse: 'extras', keywords: '~amd64' },
      ],
    },
    binhost: {
      world: [],
      plainFiles: true,
      packageUse: ['*/* extras', 'app-misc/flagged -plain'],
      acceptKeywords: ['dev-util/maker ~amd64'],
      makeConf: { FEATURES: '${FEATURES} getbinpkg', EMERGE_DEFAULT_OPTS: '--ask --usepkg --getbinpkg --columns' },
      files: {
        bashrc: 'pre_src_compile() { die "the bashrc of the owner in a build"; }\n',
        'binrepos.conf/own.conf': '[own]\npriority = 1\nsync-uri = http://127.0.0.1:8080/packages/default\n',
      },
    },
    nodes: {
      node1: { use: 'plain', world: ['app-misc/flagged'] },
      node2: { world: ['app-misc/flagged', 'app-misc/keyworded'], acceptKeywords: ['app-misc/keyworded ~amd64'] },
    },
  },
  expected: {
    node1: { 'app-misc/flagged-1.0': { state: 'ready', use: ['plain'] } },
    node2: {
      'app-misc/flagged-1.0': { state: 'ready', use: [] },
      'app-misc/keyworded-9.0': { state: 'ready', use: [] },
    },
  },
  builds: { 'app-misc/flagged-1.0': 2, 'app-misc/keyworded-9.0': 1 },
  published: { 'app-misc/flagged-1.0': 2, 'app-misc/keyworded-9.0': 1, 'dev-util/maker-1.0': 1 },
};

/** An overlay shows one file system alone: a build root must show the binhost's others as well, and write to none of them. */
export const ownFileSystems: Scenario = {
  name: 'usr-and-var-of-the-binhost-on-file-systems-of-their-own',
  buildRoots: true,
  fleet: {
    repositories: { main: library },
    ownFileSystems: ['/usr', '/var', '/var/db/repos'],
    binhost: { world: ['dev-libs/libfoo'], installed: ['dev-libs/libfoo-1.0'] },
    nodes: { node1: { world: ['sys-fs/fuse', 'app-misc/ca-certificates'] } },
  },
  expected: {
    node1: {
      'dev-libs/libfoo-2.0': { state: 'ready' },
      'sys-fs/fuse-2.6.1': { state: 'ready', bindings: ['dev-libs/libfoo:0/2'] },
      [certificates]: { state: 'ready' },
    },
  },
  builds: { 'dev-libs/libfoo-2.0': 1, 'sys-fs/fuse-2.6.1': 1, [certificates]: 1 },
};
