import { describe, expect, test } from 'vitest';
import { parseGpkgMetadata } from '../../src/publish/gpkg-metadata.ts';
import { indexEntry } from '../../src/publish/index-entry.ts';
import { furtherSettings, indexHeader, mergeRevisions, nextTimestamp } from '../../src/publish/index-header.ts';
import { planReconcile } from '../../src/publish/plan-reconcile.ts';
import { buildNumber } from '../../src/publish/published-directory.ts';
import { rowFromEntry } from '../../src/publish/published-row.ts';
import { parseAssignments } from '../../src/publish/read-index-header.ts';

const METADATA = {
  CATEGORY: 'dev-libs',
  PF: 'libfoo-1.0',
  repository: 'gentoo',
  SLOT: '0/1',
  EAPI: '8',
  BUILD_TIME: '1700000000',
  IUSE: 'static-libs +ssl',
  IUSE_EFFECTIVE: 'amd64 ssl static-libs',
  USE: 'ssl amd64 unknown',
  BUILD_ID: '9',
  LICENSE: 'GPL-2 ssl? ( openssl )',
  RDEPEND: 'ssl? ( dev-libs/openssl:0/3= )\n	!ssl? ( net-libs/gnutls )',
};
const FILE = { path: 'dev-libs/libfoo/libfoo-1.0-2.gpkg.tar', buildId: 2, mtime: 5, size: 10, md5: 'm', sha1: 's' };

function entryOf(values: Record<string, string> = {}) {
  const metadata = parseGpkgMetadata(new Map(Object.entries({ ...METADATA, ...values })));
  if (typeof metadata === 'string') throw new Error(metadata);
  return indexEntry(metadata, FILE);
}

describe('indexEntry', () => {
  test('has the fields that Portage writes: flags of IUSE only, dependencies with USE decided, the number of the file', () => {
    expect(entryOf()).toEqual({
      BUILD_ID: '2',
      BUILD_TIME: '1700000000',
      CPV: 'dev-libs/libfoo-1.0',
      EAPI: '8',
      IUSE: 'static-libs +ssl',
      LICENSE: 'GPL-2 openssl',
      MD5: 'm',
      MTIME: '5',
      PATH: FILE.path,
      RDEPEND: 'dev-libs/openssl:0/3=',
      REPO: 'gentoo',
      SHA1: 's',
      SIZE: '10',
      SLOT: '0/1',
      USE: 'amd64 ssl',
    });
  });

  test('leaves out what Portage takes as default', () => {
    expect(entryOf({ SLOT: '0', USE: '', EAPI: '0' })).not.toHaveProperty('SLOT');
    expect(entryOf({ SLOT: '0', USE: '', EAPI: '0' })).not.toHaveProperty('USE');
  });

  test('leads back to the row that it was made for', () => {
    const row = rowFromEntry(entryOf(), {}, { pool: 'default', sha512: 'x', indexTimestamp: 7 });
    expect(row).toMatchObject({
      cpv: 'dev-libs/libfoo-1.0',
      repository: 'gentoo',
      slot: '0',
      subslot: '1',
      useEnabled: ['ssl'],
      bindings: ['dev-libs/openssl:0/3'],
      buildId: 2,
      buildTime: 17e8,
      size: 10,
      path: FILE.path,
    });
    expect(rowFromEntry({ CPV: 'a/b-1' }, {}, { pool: 'default', sha512: 'x', indexTimestamp: 7 })).toBeUndefined();
  });
});

describe('index header', () => {
  test('asks for what the implicit USE_EXPAND variables name', () => {
    expect(furtherSettings({ USE_EXPAND_IMPLICIT: 'ARCH KERNEL', USE_EXPAND_UNPREFIXED: 'ARCH ../x' })).toEqual([
      'ARCH',
      'KERNEL',
      'ARCH',
      'USE_EXPAND_VALUES_ARCH',
      'USE_EXPAND_VALUES_KERNEL',
    ]);
    expect(indexHeader({ ARCH: 'amd64', USE: '' }, 'default')).toEqual({
      ARCH: 'amd64',
      PROFILE: 'default',
      VERSION: '0',
    });
  });

  test('takes the newest revision of each repository, and no rubbish', () => {
    expect(mergeRevisions('{"gentoo":"a","x":"b"}', ['{}', 'rubbish', '{"gentoo":"c","y/":"z"}'])).toBe(
      '{"gentoo":"c","x":"b"}',
    );
    expect(mergeRevisions(undefined, ['{}'])).toBe('');
  });

  test('reads what portageq prints, quotes and newlines too', () => {
    expect(parseAssignments(`A='x y'\nB=\nC=plain\nD='it'"'"'s'\nE='two\nlines'\n`)).toEqual({
      A: 'x y',
      B: '',
      C: 'plain',
      D: "it's",
      E: 'two\nlines',
    });
  });

  test.each([
    ['the clock runs', 10_500, [5, 6], 10],
    ['the clock stands still', 10_500, [10], 11],
    ['the clock went back', 10_500, [90, 20], 91],
    ['there was none before', 10_500, [0, 0], 10],
  ])('TIMESTAMP rises where %s', (_what, now, earlier, expected) => {
    expect(nextTimestamp(now, earlier)).toBe(expected);
  });
});

test('buildNumber reads the number behind the version, and never a part of the version', () => {
  expect(buildNumber('a/b/b-1.0-12.gpkg.tar', 'b-1.0')).toBe(12);
  expect(buildNumber('a/b/b-1.0-r1-12.gpkg.tar', 'b-1.0')).toBeUndefined();
  expect(buildNumber('a/b/b-1.0.gpkg.tar', 'b-1.0')).toBeUndefined();
  expect(buildNumber('b-1.0-012.gpkg.tar', 'b-1.0')).toBeUndefined();
});

test('planReconcile lets files and index decide, and the table follow', () => {
  const entry = (PATH: string, SIZE = '1') => ({ CPV: 'a/b-1', PATH, SIZE });
  const file = (path: string) => ({ path, size: 1 });
  expect(
    planReconcile({
      entries: [entry('kept'), entry('new'), entry('shrunk', '2'), entry('gone'), entry('kept')],
      files: [file('kept'), file('new'), file('shrunk'), file('orphan')],
      rows: [
        { id: 1, path: 'kept' },
        { id: 2, path: 'gone' },
      ],
    }),
  ).toEqual({
    kept: [entry('kept'), entry('new')],
    lost: ['shrunk', 'gone', 'kept'],
    orphans: ['shrunk', 'orphan'],
    unrecorded: [entry('new')],
    withdrawn: [2],
  });
});
