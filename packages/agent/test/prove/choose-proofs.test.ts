import { makeMergeEntry } from '@binhost/testkit';
import { expect, test } from 'vitest';
import { fetchForbidden, ourBinaries } from '../../src/prove/choose-proofs.ts';
import { fetchCommand } from '../../src/prove/fetch-command.ts';

const ours = {
  cpv: 'a/b-1',
  buildId: 2,
  buildTime: 5,
  path: 'a/b/b-1-2.gpkg.tar',
  size: 1000,
  sha512: 'ff',
  variantKey: '0'.repeat(32),
};
const find = (cpv: string, buildId: number) => (cpv === ours.cpv && buildId === ours.buildId ? ours : undefined);

test('ours is a binary row whose cpv and build number the coordinator named', () => {
  const entries = [
    makeMergeEntry({ kind: 'binary', cpv: 'a/b-1', buildId: 2 }),
    makeMergeEntry({ kind: 'binary', cpv: 'a/b-1', buildId: 1 }),
    makeMergeEntry({ kind: 'binary', cpv: 'a/b-1', buildId: null }),
    makeMergeEntry({ kind: 'ebuild', cpv: 'a/b-1' }),
  ];
  expect(ourBinaries(entries, find)).toEqual([ours]);
});

const LIMITS = { mode: 'fetch', maxSize: 5000, minFree: 2000 } as const;

test('a package within the limits may be fetched, also where the room is not known', () => {
  expect(fetchForbidden(1000, LIMITS, 3000)).toBeUndefined();
  expect(fetchForbidden(1000, LIMITS, undefined)).toBeUndefined();
});

test.each([
  ['prove.mode', fetchForbidden(1, { ...LIMITS, mode: 'off' }, undefined)],
  ['prove.maxSize', fetchForbidden(5001, LIMITS, undefined)],
  ['prove.minFree', fetchForbidden(1001, LIMITS, 3000)],
])('what forbids a fetch is named: %s', (setting, reason) => {
  expect(reason).toContain(setting);
});

test('the fetch names each instance exactly and touches nothing else', () => {
  expect(fetchCommand(['emerge'], [ours]).join(' ')).toBe(
    'emerge --ignore-default-opts --color=n --nospinner --oneshot --nodeps --getbinpkgonly --fetchonly =a/b-1-2',
  );
});
