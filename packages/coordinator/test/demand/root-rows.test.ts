import { expect, test } from 'vitest';
import { rootRows } from '../../src/demand/root-rows.ts';
import { makeMetadata, makeRow } from './make-row.ts';

const rows = ['dev-build/cmake-3.31', 'dev-libs/a-1', 'dev-libs/b-2'].map((cpv, position) =>
  makeRow({ cpv }, {}, { position }),
);
const roots = (world: string[], rdepend = '', use: string[] = []): number[] => [
  ...rootRows(rows, { world, installed: [{ metadata: makeMetadata({ rdepend }), useInForce: use }] }),
];

test('what world names is wanted for itself', () => {
  expect(roots(['dev-build/cmake', '>=dev-libs/b-3', '@own', 'nonsense'])).toEqual([0]);
});

test('what an installed package needs to run is wanted for itself', () => {
  expect(roots([], 'dev-libs/a ssl? ( dev-libs/b ) !dev-build/cmake')).toEqual([1]);
  expect(roots([], 'dev-libs/a[static] ssl? ( dev-libs/b )', ['ssl'])).toEqual([1, 2]);
});
