import { describe, expect, test } from 'vitest';
import { type Atom, matchesAtom, parseAtom } from '../../src/portage/index.ts';

const plain = { blocker: null, operator: null, version: null, slot: null, subslot: null, slotOperator: null };

function atomOf(text: string): Atom {
  const atom = parseAtom(text);
  if (!atom) throw new Error(`no atom: ${text}`);
  return atom;
}

describe('parseAtom', () => {
  test.each<[string, Partial<Atom>]>([
    ['dev-libs/libfoo', {}],
    ['>=dev-libs/libfoo-1.2-r3', { operator: '>=', version: '1.2-r3' }],
    ['=dev-libs/libfoo-1.2*', { operator: '=*', version: '1.2' }],
    ['~dev-libs/libfoo-1.2', { operator: '~', version: '1.2' }],
    ['!dev-libs/libfoo', { blocker: 'weak' }],
    ['!!<dev-libs/libfoo-2', { blocker: 'strong', operator: '<', version: '2' }],
    ['dev-libs/libfoo:=', { slotOperator: '=' }],
    ['dev-libs/libfoo:*', { slotOperator: '*' }],
    ['dev-libs/libfoo:2', { slot: '2' }],
    ['dev-libs/libfoo:2=', { slot: '2', slotOperator: '=' }],
    ['dev-libs/libfoo:0/2=', { slot: '0', subslot: '2', slotOperator: '=' }],
    ['dev-libs/libfoo::gentoo', { repository: 'gentoo' }],
    ['dev-libs/libfoo:0::gentoo', { slot: '0', repository: 'gentoo' }],
  ])('%s', (text, parts) => {
    expect(parseAtom(text)).toEqual({ text, cp: 'dev-libs/libfoo', ...plain, use: [], repository: null, ...parts });
  });

  test('reads every form of USE dependency', () => {
    expect(atomOf('a/b:0[on,-off,if-on?,!if-off?,same=,!opposite=,new(+),-old(-),c(-)?]').use).toEqual([
      { flag: 'on', kind: 'on', default: null },
      { flag: 'off', kind: 'off', default: null },
      { flag: 'if-on', kind: 'if-on', default: null },
      { flag: 'if-off', kind: 'if-off', default: null },
      { flag: 'same', kind: 'same', default: null },
      { flag: 'opposite', kind: 'opposite', default: null },
      { flag: 'new', kind: 'on', default: 'on' },
      { flag: 'old', kind: 'off', default: 'off' },
      { flag: 'c', kind: 'if-on', default: 'off' },
    ]);
  });

  test.each([
    'foo',
    'a/b-1',
    '>=a/b',
    '>a/b-1*',
    'a/b:',
    'a/b:0/',
    'a/b:=0',
    'a/b:-1',
    'a/b::',
    'a/b[]',
    'a/b[x,]',
    'a/b[!x]',
    'a/b[-x?]',
    'a/b[x(*)]',
    '!!!a/b',
    '=>a/b-1',
    'a/b c',
    '',
  ])('%j is no atom', (text) => {
    expect(parseAtom(text)).toBeUndefined();
  });
});

describe('matchesAtom', () => {
  test.each<[string, string, boolean]>([
    ['a/b', 'a/b-1', true],
    ['a/b', 'a/bc-1', false],
    ['=a/b-1', 'a/b-1-r0', true],
    ['=a/b-1', 'a/b-1-r1', false],
    ['~a/b-1', 'a/b-1-r7', true],
    ['~a/b-1.0', 'a/b-1.00', false],
    ['>=a/b-1.10', 'a/b-1.9', false],
    ['<a/b-2', 'a/b-2_rc1', true],
    ['=a/b-1*', 'a/b-1.5', true],
    ['=a/b-1*', 'a/b-10', false],
    ['=a/b-1*', 'a/b-1b', true],
    ['=a/b-01*', 'a/b-1', true],
    ['!a/b', 'a/b-1', true],
  ])('%s against %s: %s', (text, cpv, expected) => {
    expect(matchesAtom(atomOf(text), { cpv })).toBe(expected);
  });

  test('compares slot, sub-slot and repository where both sides name them', () => {
    const installed = { cpv: 'a/b-1', slot: '0', subslot: '2', repository: 'gentoo' };
    expect(matchesAtom(atomOf('a/b:0'), installed)).toBe(true);
    expect(matchesAtom(atomOf('a/b:0/2='), installed)).toBe(true);
    expect(matchesAtom(atomOf('a/b:0/1'), installed)).toBe(false);
    expect(matchesAtom(atomOf('a/b:1'), installed)).toBe(false);
    expect(matchesAtom(atomOf('a/b::other'), installed)).toBe(false);
    expect(matchesAtom(atomOf('a/b:1'), { cpv: 'a/b-1' })).toBe(true);
  });

  test('asks USE dependencies of the flags that the package has, and takes the default for a flag that it lacks', () => {
    const candidate = { cpv: 'a/b-1', use: { enabled: new Set(['x']), iuse: new Set(['x', 'y']) } };
    expect(matchesAtom(atomOf('a/b[x,-y]'), candidate)).toBe(true);
    expect(matchesAtom(atomOf('a/b[y]'), candidate)).toBe(false);
    expect(matchesAtom(atomOf('a/b[z]'), candidate)).toBe(false);
    expect(matchesAtom(atomOf('a/b[z(+)]'), candidate)).toBe(true);
    expect(matchesAtom(atomOf('a/b[-z(-)]'), candidate)).toBe(true);
  });

  test('decides conditional USE dependencies by the package that has the dependency', () => {
    const candidate = { cpv: 'a/b-1', use: { enabled: new Set(['x']), iuse: new Set(['x', 'y']) } };
    expect(matchesAtom(atomOf('a/b[y?]'), candidate, () => false)).toBe(true);
    expect(matchesAtom(atomOf('a/b[y?]'), candidate, () => true)).toBe(false);
    expect(matchesAtom(atomOf('a/b[x=]'), candidate, () => true)).toBe(true);
    expect(matchesAtom(atomOf('a/b[!x=]'), candidate, () => true)).toBe(false);
  });
});
