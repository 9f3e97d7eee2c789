import { makeInstalledPackage, makeNodeFacts } from '@binhost/testkit';
import { expect, test } from 'vitest';
import { nameDifference, type PassedOver } from '../../src/demand/name-difference.ts';
import { packagesToBe } from '../../src/demand/will-have.ts';
import { makePublished, makeRow } from './make-row.ts';

const available = packagesToBe([], [makeInstalledPackage({ cpv: 'dev-libs/libbar-2', subslot: '2' })]);
const row = makeRow(
  { use: { enabled: ['dbus'], disabled: [] } },
  { rdepend: 'dev-libs/libbar:=', depend: 'dev-libs/header:=' },
  { available },
);
const node: PassedOver = {
  problems: [],
  facts: makeNodeFacts(),
  repositories: new Map([['gentoo', null]]),
  packagesUrl: null,
  taken: [],
};
const fitting = makePublished({ useEnabled: ['dbus'], bindings: ['dev-libs/libbar:0/2'] });

test.each([
  ['use', { useEnabled: ['dbus', 'static'] }, 'binary: static'],
  ['use', { useEnabled: [] }, 'node: dbus'],
  ['bindings', { bindings: ['dev-libs/libbar:0/1'] }, 'node: dev-libs/libbar:0/2, binary: dev-libs/libbar:0/1'],
  ['repository', { repository: 'extra' }, 'repository extra'],
])('a difference in %s is named', (code, difference, text) => {
  const found = nameDifference(row, { ...fitting, ...difference }, node);
  expect(found.code).toBe(code);
  expect(found.text).toContain(text);
});

test('what only the build was bound to is no difference', () => {
  const bindings = ['dev-libs/header:0/9', 'dev-libs/libbar:0/2'];
  expect(nameDifference(row, { ...fitting, bindings }, node).code).toBe('passed-over');
});

test("Portage's note is taken with a build number behind the version", () => {
  const problem = { code: 'binary-ignored' as const, atom: '=dev-libs/libfoo-1.2-1', message: 'why', lines: [] };
  expect(nameDifference(row, fitting, { ...node, problems: [problem] })).toEqual({
    code: 'binary-ignored',
    text: 'why',
  });
  const other = { ...problem, atom: '=dev-libs/libfoo-1.3-1' };
  expect(nameDifference(row, fitting, { ...node, problems: [other] }).code).toBe('passed-over');
});

test('a package that is gone is named as such', () => {
  expect(nameDifference(row, undefined, node).code).toBe('not-published');
});
