import { expect, test } from 'vitest';
import { parseInstalledMetadata } from '../../src/collect/installed-metadata.ts';
import { installedPackage, makeInventory } from '../../src/collect/inventory.ts';

const FIELDS = {
  SLOT: '0/2\n',
  USE: 'abi_x86_64 amd64 dbus kernel_linux static-libs\n',
  IUSE: '+dbus static-libs -doc\n',
  repository: 'gentoo\n',
  PROVIDES: 'x86_64: libfoo.so.2\n',
};

test('an installed package is what its files say, USE only as far as IUSE knows it', () => {
  expect(installedPackage('dev-libs/libfoo-2.0', FIELDS)).toEqual({
    cpv: 'dev-libs/libfoo-2.0',
    slot: '0',
    subslot: '2',
    repository: 'gentoo',
    useEnabled: ['dbus', 'static-libs'],
    provides: 'x86_64: libfoo.so.2',
  });
});

test('a slot without sub-slot is its own sub-slot, a missing repository is none', () => {
  const one = installedPackage('dev-libs/a-1', { ...FIELDS, SLOT: '3', repository: '', PROVIDES: '' });
  expect(one).toMatchObject({ slot: '3', subslot: '3', repository: null, provides: null });
});

test.each(['-MERGING-libfoo-2.0', 'dev-libs/nothing', 'dev-libs/.hidden-1'])('%s is no package', (cpv) => {
  expect(installedPackage(cpv, FIELDS)).toBeUndefined();
});

test('an entry without SLOT (a merge that was cut off) is no package', () => {
  expect(installedPackage('dev-libs/a-1', { ...FIELDS, SLOT: '' })).toBeUndefined();
});

test('the digest does not depend on the order of reading, but on every field', () => {
  const make = (cpv: string, use: string) => installedPackage(cpv, { ...FIELDS, USE: use }) ?? expect.fail();
  const [a, b] = [make('a-b/a-1', 'dbus'), make('a-b/b-1', '')];
  expect(makeInventory([b, a])).toEqual(makeInventory([a, b]));
  expect(makeInventory([a]).digest).not.toBe(makeInventory([make('a-b/a-1', '')]).digest);
});

const METADATA = '#format=1\nIUSE=+dbus\nSLOT=0/2\nUSE=dbus a=b\n#dir_mtime=1700000000123456789\n';

test('the consolidated file counts while its directory is unchanged', () => {
  const values = parseInstalledMetadata(METADATA, 1700000000123456789n);
  expect(Object.fromEntries(values ?? [])).toEqual({ IUSE: '+dbus', SLOT: '0/2', USE: 'dbus a=b' });
});

test.each([
  ['is stale', METADATA, 1700000000123456790n],
  ['is of another format', METADATA.replace('#format=1', '#format=2'), 1700000000123456789n],
  ['was cut off', METADATA.split('#dir_mtime')[0] ?? '', 1700000000123456789n],
])('it does not count where it %s', (_why, text, mtime) => {
  expect(parseInstalledMetadata(text, mtime)).toBeUndefined();
});
