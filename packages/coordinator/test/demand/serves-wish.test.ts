import { expect, test } from 'vitest';
import { findServing, type WishedVariant } from '../../src/demand/serves-wish.ts';
import { makePublished } from './make-row.ts';

const wished: WishedVariant = {
  variantKey: 'wished',
  pool: 'default',
  cpv: 'dev-libs/libfoo-1.2',
  repository: 'gentoo',
  useEnabled: ['ssl'],
  bindings: [
    { cp: 'dev-libs/lib', slot: '0', subslot: '2', cpv: 'dev-libs/lib-2', repository: 'gentoo', useEnabled: [] },
  ],
};
const fitting = makePublished({ variantKey: 'other', useEnabled: ['ssl'], bindings: ['dev-libs/lib:0/2'] });

test('a package with the same version, repository, flags and bindings serves', () => {
  expect(findServing(wished, [fitting])).toBe(fitting);
});

test('a package that was also bound to what it only needed to be built serves', () => {
  const more = { ...fitting, bindings: ['dev-libs/header:0/7', 'dev-libs/lib:0/2'] };
  expect(findServing(wished, [more])).toBe(more);
});

test.each([
  ['other flags', { useEnabled: [] }],
  ['another repository', { repository: 'extra' }],
  ['another version', { cpv: 'dev-libs/libfoo-1.3' }],
  ['another pool', { pool: 'old' }],
  ['another sub-slot', { bindings: ['dev-libs/lib:0/1'] }],
  ['one sub-slot more of the same package', { bindings: ['dev-libs/lib:0/2', 'dev-libs/lib:3/3'] }],
  ['a binding missing', { bindings: [] }],
])('a package with %s does not', (_what, difference) => {
  expect(findServing(wished, [{ ...fitting, ...difference }])).toBeUndefined();
});

test('what was built as the variant comes first, else the newest', () => {
  const newer = { ...fitting, id: 2, buildTime: fitting.buildTime + 1 };
  const exact = { ...fitting, id: 3, variantKey: 'wished', buildTime: 1 };
  expect(findServing(wished, [fitting, newer])).toBe(newer);
  expect(findServing(wished, [fitting, newer, exact])).toBe(exact);
});
