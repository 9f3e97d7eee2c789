import { expect, test } from 'vitest';
import { treeAge } from '../../src/demand/tree-age.ts';

const commit = (letter: string, seconds: number): string => `${letter.repeat(40)} ${seconds} some day`;
const node = (revision: string | null) => ({ repositories: [{ name: 'gentoo', revision }] });

test.each([
  ['the node is ahead', commit('a', 1_767_225_600), commit('b', 1_767_139_200), 'sync the binhost'],
  ['the node is behind', commit('a', 1_767_139_200), commit('b', 1_767_225_600), 'sync the node'],
])('%s by the revisions, and both are named', (said, there, here, cure) => {
  const text = treeAge('gentoo', node(there), here);
  expect(text).toContain(said);
  expect(text).toContain(`${'a'.repeat(12)} `);
  expect(text).toContain(`${'b'.repeat(12)} `);
  expect(text.endsWith(cure)).toBe(true);
});

test('revisions without a moment are named without saying who is ahead', () => {
  expect(treeAge('gentoo', node('r7'), 'r9')).toBe("'gentoo' is at r7 on the node, at r9 on the binhost; sync both");
});

test('equal revisions mean that a tree was changed by hand', () => {
  expect(treeAge('gentoo', node('r7'), 'r7')).toContain('changed by hand');
});

test.each([
  [null, 'r9'],
  ['r7', null],
])('without a revision (%s, %s) both cures are said', (there, here) => {
  expect(treeAge('gentoo', node(there), here)).toContain('sync the binhost (or the node');
});
