import { makeInstalledPackage } from '@binhost/testkit';
import { expect, test } from 'vitest';
import { bindingGone, lostBindings } from '../../src/demand/lost-bindings.ts';
import type { WillHave } from '../../src/demand/will-have.ts';

const libfoo: WillHave = {
  cp: 'dev-libs/libfoo',
  slot: '0',
  subslot: '1',
  cpv: 'dev-libs/libfoo-1.0',
  repository: 'gentoo',
  useEnabled: [],
};
const lost = (installed: string[], published: string[]): string[] => [
  ...lostBindings([libfoo], {
    installed: installed.map((text) => {
      const [cpv = '', subslot = ''] = text.split(':');
      return makeInstalledPackage({ cpv, subslot });
    }),
    published: new Set(published),
  }),
];

test('a version without an ebuild is lost when nothing else can stand in for it', () => {
  expect(lost([], [])).toEqual(['dev-libs/libfoo-1.0']);
  expect(lost(['dev-libs/libfoo-2.0:2'], ['dev-libs/libfoo-2.0'])).toEqual(['dev-libs/libfoo-1.0']);
});

test("the pool's system stands in for it with any version of the same sub-slot, the index with the same version", () => {
  expect(lost(['dev-libs/libfoo-1.9:1'], [])).toEqual([]);
  expect(lost([], ['dev-libs/libfoo-1.0'])).toEqual([]);
});

test('what must be bound to a lost version cannot be built, and the reason names it', () => {
  const found = bindingGone([libfoo], new Set(['dev-libs/libfoo-1.0']));
  expect(found).toMatchObject({ event: 'obstacle', code: 'binding-gone' });
  expect(found).toMatchObject({ text: expect.stringContaining('dev-libs/libfoo-1.0 (dev-libs/libfoo:0/1)') });
  expect(bindingGone([libfoo], new Set())).toBeUndefined();
});
