import { describe, expect, test } from 'vitest';
import { formatPackagesIndex, parsePackagesIndex } from '../../src/portage/index.ts';

const TEXT = `ARCH: amd64
CHOST: x86_64-pc-linux-gnu
PACKAGES: 2
TIMESTAMP: 1795384229
VERSION: 0

BUILD_ID: 1
CPV: dev-libs/libfoo-2.0
DESC: A library
PATH: dev-libs/libfoo/libfoo-2.0-1.gpkg.tar
REQUIRES: x86_64: libc.so.6
SLOT: 0/2
MTIME: 1795384229
REPO: rigrepo

BUILD_ID: 1
CPV: net-dns/dnsmasq-2.34
USE: dhcp
MTIME: 1795384227
REPO: rigrepo

`;

describe('parsePackagesIndex', () => {
  test('reads header and entries', () => {
    const { header, entries } = parsePackagesIndex(TEXT);
    expect(header.TIMESTAMP).toBe('1795384229');
    expect(entries.map((entry) => entry.CPV)).toEqual(['dev-libs/libfoo-2.0', 'net-dns/dnsmasq-2.34']);
    expect(entries[0]?.REQUIRES).toBe('x86_64: libc.so.6');
  });

  test('passes over lines and blocks that are none, and names that every object has', () => {
    const { header, entries } = parsePackagesIndex(
      'A: 1\nrubbish\n: x\n__proto__: x\n\n\nUSE: x\n\nCPV: a/b-1\nSLOT:\n',
    );
    expect(header).toEqual({ A: '1' });
    expect(entries).toEqual([{ CPV: 'a/b-1', SLOT: '' }]);
  });

  test('reads nothing out of nothing', () => {
    expect(parsePackagesIndex('')).toEqual({ header: {}, entries: [] });
  });
});

describe('formatPackagesIndex', () => {
  test('writes what Portage wrote, letter for letter', () => {
    const { header, entries } = parsePackagesIndex(TEXT);
    expect(formatPackagesIndex({ header, entries: entries.reverse() })).toBe(TEXT);
  });

  test('lets no value start a line of its own, and leaves out empty ones', () => {
    const entry = { CPV: 'a/b-1', USE: '', DESC: 'x\n\nCPV: evil/x-1' };
    expect(formatPackagesIndex({ header: {}, entries: [entry] })).toBe(
      'PACKAGES: 1\n\nCPV: a/b-1\nDESC: x CPV: evil/x-1\n\n',
    );
  });
});
