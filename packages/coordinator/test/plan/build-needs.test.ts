import { describe, expect, test } from 'vitest';
import type { Demand } from '../../src/demand/load-demand.ts';
import { buildNeeds } from '../../src/plan/build-needs.ts';
import type { EbuildMetadata } from '../../src/tree/ebuild-metadata.ts';
import { makeMetadata } from '../demand/make-row.ts';
import { makeBinding, makeDemand } from './make-demand.ts';

function needsOf(demands: Demand[], metadata: Record<string, Partial<EbuildMetadata>> = {}) {
  const found = buildNeeds(demands, new Map(Object.entries(metadata).map(([key, each]) => [key, makeMetadata(each)])));
  return Object.fromEntries([...found].filter(([, each]) => each.first.length + each.rather.length > 0));
}

describe('a demanded variant comes first', () => {
  test('when another is bound to exactly this version', () => {
    const demands = [
      makeDemand('sys-fs/fuse-2', { bindings: [makeBinding('dev-libs/libfoo-2.0', '2')] }),
      makeDemand('dev-libs/libfoo-2.0', { subslot: '2' }),
      makeDemand('dev-libs/libfoo-1.0', { subslot: '1' }),
    ];
    expect(needsOf(demands)).toEqual({ 'sys-fs/fuse-2': { first: ['dev-libs/libfoo-2.0'], rather: [] } });
  });

  test.each(['depend', 'bdepend'] as const)('when it matches an atom of %s', (key) => {
    const demands = [makeDemand('app-misc/app-1'), makeDemand('dev-libs/a-2'), makeDemand('dev-libs/b-1')];
    const metadata = { 'app-misc/app-1': { [key]: '>=dev-libs/a-2 >=dev-libs/b-2 !dev-libs/b' } };
    expect(needsOf(demands, metadata)).toEqual({ 'app-misc/app-1': { first: ['dev-libs/a-2'], rather: [] } });
  });

  test('when a build dependency needs it to run', () => {
    const demands = ['app-misc/app-1', 'dev-libs/a-1', 'dev-libs/b-1'].map((cpv) => makeDemand(cpv));
    const metadata = { 'app-misc/app-1': { depend: 'dev-libs/a' }, 'dev-libs/a-1': { rdepend: 'dev-libs/b' } };
    expect(needsOf(demands, metadata)).toEqual({
      'app-misc/app-1': { first: ['dev-libs/a-1', 'dev-libs/b-1'], rather: [] },
      'dev-libs/a-1': { first: [], rather: ['dev-libs/b-1'] },
    });
  });

  test('when a flag that is on asks for it', () => {
    const metadata = { app: { depend: 'ssl? ( dev-libs/a ) gnutls? ( dev-libs/b )' } };
    const demands = [
      makeDemand('app-misc/app-1', { key: 'app', useEnabled: ['ssl'] }),
      makeDemand('dev-libs/a-1'),
      makeDemand('dev-libs/b-1'),
    ];
    expect(needsOf(demands, metadata)).toEqual({ app: { first: ['dev-libs/a-1'], rather: [] } });
  });
});

describe('a demanded variant need not come first', () => {
  test('when it is only needed to run', () => {
    const demands = [makeDemand('app-misc/app-1'), makeDemand('dev-libs/a-1')];
    expect(needsOf(demands, { 'app-misc/app-1': { rdepend: 'dev-libs/a' } })).toEqual({
      'app-misc/app-1': { first: [], rather: ['dev-libs/a-1'] },
    });
  });

  test('when another node wants it, with flags of its own', () => {
    const demands = [
      makeDemand('app-misc/app-1', { nodes: ['node1'] }),
      makeDemand('dev-libs/a-1', { key: 'of-node1', nodes: ['node1', 'node3'] }),
      makeDemand('dev-libs/a-1', { key: 'of-node2', nodes: ['node2'], useEnabled: ['static-libs'] }),
    ];
    expect(needsOf(demands, { 'app-misc/app-1': { depend: 'dev-libs/a' } })).toEqual({
      'app-misc/app-1': { first: ['of-node1'], rather: [] },
    });
  });

  test('when it belongs to another pool', () => {
    const demands = [makeDemand('app-misc/app-1'), makeDemand('dev-libs/a-1', { pool: 'arm' })];
    expect(needsOf(demands, { 'app-misc/app-1': { depend: 'dev-libs/a' } })).toEqual({});
  });
});

test('circles are cut in the same place whatever the order of the demands', () => {
  const demands = ['dev-libs/a-1', 'dev-libs/b-1', 'dev-libs/c-1'].map((cpv) => makeDemand(cpv));
  const metadata = {
    'dev-libs/a-1': { depend: 'dev-libs/b' },
    'dev-libs/b-1': { depend: 'dev-libs/c' },
    'dev-libs/c-1': { bdepend: 'dev-libs/a' },
  };
  const expected = {
    'dev-libs/a-1': { first: ['dev-libs/b-1'], rather: [] },
    'dev-libs/b-1': { first: ['dev-libs/c-1'], rather: [] },
  };
  expect(needsOf(demands, metadata)).toEqual(expected);
  expect(needsOf(demands.toReversed(), metadata)).toEqual(expected);
});
