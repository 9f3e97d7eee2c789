import { makeInstalledPackage, makeNodeFacts } from '@binhost/testkit';
import { describe, expect, test } from 'vitest';
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

describe('where nothing differs', () => {
  const nodeWith = (facts: Parameters<typeof makeNodeFacts>[0], more: Partial<PassedOver> = {}): PassedOver => ({
    ...node,
    ...more,
    facts: makeNodeFacts(facts),
  });

  test.each(['dev-libs/libfoo', 'dev-libs/*', '*/libfoo', '=dev-libs/libfoo-1.2'])(
    "the node's own --usepkg-exclude %s is the reason",
    (atom) => {
      const found = nameDifference(row, fitting, nodeWith({ usepkgExclude: ['dev-libs/other', atom] }));
      expect(found.code).toBe('excluded-on-node');
      expect(found.text).toContain(atom);
    },
  );

  test('KEYWORDS of the binhost that the node does not accept are the reason', () => {
    const testing = makeRow({ use: { enabled: ['dbus'], disabled: [] } }, { keywords: '~amd64' });
    const binary = makePublished({ useEnabled: ['dbus'] });
    expect(nameDifference(testing, binary, nodeWith({ acceptKeywords: ['amd64'] })).code).toBe('visibility');
    expect(nameDifference(testing, binary, nodeWith({ acceptKeywords: ['amd64', '~amd64'] })).code).toBe('passed-over');
    const marked = { ...testing, entry: { ...testing.entry, mask: '~' as const } };
    expect(nameDifference(marked, binary, nodeWith({ acceptKeywords: ['amd64'] })).code).toBe('passed-over');
  });

  test('another address than ours is the reason', () => {
    const packagesUrl = 'http://binhost:8080/packages/default';
    const elsewhere = nodeWith({ binhosts: ['http://other/packages'] }, { packagesUrl });
    expect(nameDifference(row, fitting, elsewhere)).toMatchObject({
      code: 'other-binhost',
      text: expect.stringContaining(packagesUrl),
    });
    const ours = nodeWith({ binhosts: [`${packagesUrl}/`] }, { packagesUrl });
    expect(nameDifference(row, fitting, ours).code).toBe('passed-over');
  });

  test('the age of the index is ruled out by a package that the node takes from it', () => {
    expect(nameDifference(row, fitting, node).text).toContain('index may be from before');
    const taken = [makePublished({ id: fitting.id + 1 })];
    expect(nameDifference(row, fitting, { ...node, taken }).text).toContain('index is new enough');
  });
});
