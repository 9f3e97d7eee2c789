import { expect, test } from 'vitest';
import {
  excludedFromBinaries,
  highestOf,
  localChanges,
  packageOfDirectory,
  providedOf,
  shownAddress,
  wantsBdeps,
  worldOf,
} from '../../src/collect/local-facts.ts';

test.each([
  ['fuse', 'sys-fs/fuse'],
  ['fuse-2.6.1', 'sys-fs/fuse'],
  ['fuse-2.6.1-r2', 'sys-fs/fuse'],
  ['fuse:3', 'sys-fs/fuse'],
  ['font-7x13', 'sys-fs/font-7x13'],
])('a patch directory named %s is for %s', (entry, name) => {
  expect(packageOfDirectory('sys-fs', entry)).toBe(name);
});

test('patches, package.env and env name the packages that a node changes', () => {
  const packageEnv = '# big ones\n>=dev-lang/rust-1.80:0 notmpfs.conf\n\nsys-fs/fuse o3.conf # fast\n';
  expect(localChanges({ patched: [['net-dns', 'dnsmasq-2.34']], packageEnv, hasBashrc: false })).toEqual([
    'net-dns/dnsmasq',
    'dev-lang/rust',
    'sys-fs/fuse',
  ]);
});

test('a bashrc stands for every package, and a pattern stays as it is', () => {
  expect(localChanges({ patched: [], packageEnv: 'dev-qt/* o3.conf\n', hasBashrc: true })).toEqual(['*/*', 'dev-qt/*']);
});

test('what is no package is left out', () => {
  expect(localChanges({ patched: [['README', 'x y']], packageEnv: '!!! broken\n', hasBashrc: false })).toEqual([]);
});

test('the world file and its sets are one list without comments', () => {
  expect(worldOf('net-dns/dnsmasq\n# x\nsys-fs/fuse:0\n', '@mine\n')).toEqual([
    'net-dns/dnsmasq',
    'sys-fs/fuse:0',
    '@mine',
  ]);
});

test('a world file without end is bounded', () => {
  const world = Array.from({ length: 6000 }, (_, at) => `a/b${at}x`).join('\n');
  expect(worldOf(world, '')).toHaveLength(5000);
});

test('package.provided names whole versions only', () => {
  expect(providedOf('sys-kernel/gentoo-sources-6.6.1\nsys-kernel/nothing\n')).toEqual([
    'sys-kernel/gentoo-sources-6.6.1',
  ]);
});

test('the highest installed version of several slots counts', () => {
  const installed = ['sys-devel/gcc-9.5.0', 'sys-devel/gcc-14.2.1_p2', 'sys-devel/gcc-config-2.11'].map((cpv) => ({
    cpv,
  }));
  expect(highestOf(installed, ['sys-devel/gcc'])).toBe('sys-devel/gcc-14.2.1_p2');
  expect(highestOf(installed, ['sys-libs/glibc'])).toBeNull();
});

test.each([
  [['--with-bdeps=y'], true],
  [['--with-bdeps', 'y'], true],
  [['--with-bdeps=y', '--with-bdeps=n'], false],
  [[], false],
])('%j asks for build dependencies: %s', (options, wants) => {
  expect(wantsBdeps(options)).toBe(wants);
});

test("an address is shown without its user's password", () => {
  expect(shownAddress('https://me:secret@binhost/packages/')).toBe('https://binhost/packages');
});

test.each([
  [['--usepkg-exclude=app-misc/a'], ['app-misc/a']],
  [
    ['--usepkg-exclude', 'app-misc/a  dev-libs/*', '--backtrack=9', '--usepkg-exclude=app-misc/b app-misc/a'],
    ['app-misc/a', 'dev-libs/*', 'app-misc/b'],
  ],
  [['--with-bdeps=y'], []],
])('%j keeps from being taken as binaries: %j', (options, atoms) => {
  expect(excludedFromBinaries(options)).toEqual(atoms);
});
