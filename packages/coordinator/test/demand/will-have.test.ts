import { makeInstalledPackage, makeMergeEntry } from '@binhost/testkit';
import { describe, expect, test } from 'vitest';
import { packagesToBe } from '../../src/demand/will-have.ts';

const installed = makeInstalledPackage({ cpv: 'dev-libs/libfoo-1.0', subslot: '1' });
const cpvsOf = (name: string, found: ReturnType<typeof packagesToBe>): string[] =>
  (found.get(name) ?? []).map((each) => `${each.cpv}:${each.slot}/${each.subslot}`).sort();

describe('what a node will have', () => {
  test('is what is installed where the list does not touch it', () => {
    const found = packagesToBe([], [installed]);
    expect(cpvsOf('dev-libs/libfoo', found)).toEqual(['dev-libs/libfoo-1.0:0/1']);
  });

  test('has the new version in the slot that the list replaces', () => {
    const entry = makeMergeEntry({ cpv: 'dev-libs/libfoo-2.0', subslot: '2', change: 'upgrade' });
    expect(cpvsOf('dev-libs/libfoo', packagesToBe([entry], [installed]))).toEqual(['dev-libs/libfoo-2.0:0/2']);
  });

  test('has both versions where the list adds a slot', () => {
    const entry = makeMergeEntry({ cpv: 'dev-libs/libfoo-2.0', slot: '2', subslot: '2', change: 'new-slot' });
    expect(cpvsOf('dev-libs/libfoo', packagesToBe([entry], [installed]))).toEqual([
      'dev-libs/libfoo-1.0:0/1',
      'dev-libs/libfoo-2.0:2/2',
    ]);
  });

  test('has what the list takes as a binary', () => {
    const entry = makeMergeEntry({ kind: 'binary', cpv: 'dev-libs/libfoo-2.0', buildId: 3, subslot: '2' });
    expect(cpvsOf('dev-libs/libfoo', packagesToBe([entry], [installed]))).toEqual(['dev-libs/libfoo-2.0:0/2']);
  });

  test('lacks what the list uninstalls', () => {
    const entry = makeMergeEntry({ kind: 'uninstall', cpv: 'dev-libs/libfoo-1.0', subslot: '1', change: null });
    expect(cpvsOf('dev-libs/libfoo', packagesToBe([entry], [installed]))).toEqual([]);
  });

  test('keeps a replaced version gone although the list names its uninstall', () => {
    const upgrade = makeMergeEntry({ cpv: 'dev-libs/libfoo-2.0', subslot: '2', change: 'upgrade' });
    const uninstall = makeMergeEntry({ kind: 'uninstall', cpv: 'dev-libs/libfoo-1.0', subslot: '1', change: null });
    expect(cpvsOf('dev-libs/libfoo', packagesToBe([upgrade, uninstall], [installed]))).toEqual([
      'dev-libs/libfoo-2.0:0/2',
    ]);
  });

  test('is not changed by rows that only stand in a tree of dependencies', () => {
    const entry = makeMergeEntry({ kind: 'nomerge', cpv: 'dev-libs/libfoo-2.0', subslot: '2', change: null });
    expect(cpvsOf('dev-libs/libfoo', packagesToBe([entry], [installed]))).toEqual(['dev-libs/libfoo-1.0:0/1']);
  });
});
