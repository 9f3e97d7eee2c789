import type { MergeEntryOnWire } from '@binhost/shared/protocol';
import { describe, expect, test } from 'vitest';
import { buildOnlyRows } from '../../src/demand/build-only.ts';
import type { EbuildMetadata } from '../../src/tree/ebuild-metadata.ts';
import { makeRow } from './make-row.ts';

type Row = [cpv: string, metadata?: Partial<EbuildMetadata>, entry?: Partial<MergeEntryOnWire>];

/** cpv of the build-only rows → the row that needs them. */
function buildOnly(list: Row[], compiledAnyway: number[] = [], roots: number[] = []): Record<string, string> {
  const rows = list.map(([cpv, metadata, entry], position) => makeRow({ cpv, ...entry }, metadata, { position }));
  const found = buildOnlyRows(rows, { roots: new Set(roots), compiledAnyway: new Set(compiledAnyway) });
  return Object.fromEntries([...found].map(([position, parent]) => [rows[position]?.entry.cpv, parent]));
}

describe('a row is build-only', () => {
  test('when a new package is needed to compile another and by nothing to run', () => {
    expect(buildOnly([['dev-build/cmake-3'], ['app-misc/app-1', { bdepend: 'dev-build/cmake' }]])).toEqual({
      'dev-build/cmake-3': 'app-misc/app-1',
    });
  });

  test('when only another build-only row needs it to run', () => {
    const list: Row[] = [
      ['dev-libs/jsoncpp-1'],
      ['dev-build/cmake-3', { rdepend: 'dev-libs/jsoncpp' }],
      ['app-misc/app-1', { bdepend: 'dev-build/cmake' }],
    ];
    expect(Object.keys(buildOnly(list)).sort()).toEqual(['dev-build/cmake-3', 'dev-libs/jsoncpp-1']);
  });
});

describe('a row is demand', () => {
  test('when something needs it to run as well', () => {
    const list: Row[] = [
      ['dev-libs/libfoo-2'],
      ['sys-fs/fuse-2', { depend: 'dev-libs/libfoo', rdepend: 'dev-libs/libfoo' }],
    ];
    expect(buildOnly(list)).toEqual({});
  });

  test.each(['rdepend', 'pdepend', 'idepend'] as const)('when it is needed by %s', (key) => {
    expect(buildOnly([['dev-libs/a-1'], ['app-misc/app-1', { depend: 'dev-libs/a', [key]: 'dev-libs/a' }]])).toEqual(
      {},
    );
  });

  test('when the node has an older version of it', () => {
    expect(
      buildOnly([
        ['dev-build/cmake-3', {}, { change: 'upgrade' }],
        ['app-misc/app-1', { bdepend: 'dev-build/cmake' }],
      ]),
    ).toEqual({});
  });

  test('when nothing in the list needs it', () => {
    expect(buildOnly([['dev-build/cmake-3'], ['app-misc/app-1']])).toEqual({});
  });

  test('when the package that it would compile comes as a binary already', () => {
    const list: Row[] = [['dev-build/cmake-3'], ['app-misc/app-1', { bdepend: 'dev-build/cmake' }, { kind: 'binary' }]];
    expect(buildOnly(list)).toEqual({});
  });

  test('when a binary needs it to run', () => {
    const list: Row[] = [
      ['dev-libs/a-1'],
      ['app-misc/app-1', { bdepend: 'dev-libs/a' }],
      ['app-misc/other-1', { rdepend: 'dev-libs/a' }, { kind: 'binary' }],
    ];
    expect(buildOnly(list)).toEqual({});
  });

  test('when the node must compile its parent anyway', () => {
    const list: Row[] = [['dev-build/cmake-3'], ['app-misc/app-1', { bdepend: 'dev-build/cmake' }]];
    expect(buildOnly(list, [1])).toEqual({});
  });

  test('when world or an installed package wants it as well', () => {
    const list: Row[] = [['dev-build/cmake-3'], ['app-misc/app-1', { bdepend: 'dev-build/cmake' }]];
    expect(buildOnly(list, [], [0])).toEqual({});
  });

  test('when packages that need each other to run stand in no clear order', () => {
    const list: Row[] = [
      ['dev-libs/b-1', { pdepend: 'dev-libs/a' }],
      ['dev-libs/a-1', { rdepend: 'dev-libs/b' }],
    ];
    expect(buildOnly(list)).toEqual({});
  });

  test('when its need stands below a flag that is off', () => {
    const list: Row[] = [
      ['dev-libs/a-1'],
      ['app-misc/app-1', { bdepend: 'test? ( dev-libs/a )' }, { use: { enabled: [], disabled: ['test'] } }],
    ];
    expect(buildOnly(list)).toEqual({});
  });
});
