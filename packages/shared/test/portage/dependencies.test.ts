import { describe, expect, test } from 'vitest';
import {
  builtSlotOperatorBindings,
  type DependencyNode,
  dependencyAtoms,
  parseDependencies,
  reduceDependencies,
  slotOperatorAtoms,
  unboundSlotOperators,
} from '../../src/portage/index.ts';

function treeOf(text: string): DependencyNode {
  const tree = parseDependencies(text);
  if (!tree) throw new Error(`no dependency string: ${text}`);
  return tree;
}

/** The tree as text again, to compare at a glance. */
function show(node: DependencyNode): string {
  if (node.kind === 'atom') return node.atom.text;
  const inner = node.children.map(show).join(' ');
  const mark = {
    'all-of': '',
    'any-of': '|| ',
    'exactly-one-of': '^^ ',
    'at-most-one-of': '?? ',
    use: node.kind === 'use' ? `${node.negated ? '!' : ''}${node.flag}? ` : '',
  };
  return `${mark[node.kind]}( ${inner} )`;
}

describe('parseDependencies', () => {
  test('keeps every kind of group', () => {
    const text = '( a/b || ( c/d ( e/f g/h ) ) x? ( !y? ( i/j ) ) ^^ ( k/l m/n ) ?? ( o/p ) )';
    expect(show(treeOf(text.slice(2, -2)))).toBe(text);
  });

  test('takes any white space, and nothing at all', () => {
    expect(show(treeOf('\n\ta/b\n  c/d \n'))).toBe('( a/b c/d )');
    expect(treeOf('')).toEqual({ kind: 'all-of', children: [] });
  });

  test.each(['(', ')', '( a/b', 'a/b )', '|| a/b', '||', 'x?', 'x? a/b', '|| x? ( a/b )', 'a', 'a/b-1', '!? ( a/b )'])(
    '%j is no dependency string',
    (text) => {
      expect(parseDependencies(text)).toBeUndefined();
    },
  );

  test('refuses nesting without end, and a text of many megabytes', () => {
    expect(parseDependencies(`${'( '.repeat(200)}a/b${' )'.repeat(200)}`)).toBeUndefined();
    expect(parseDependencies('( '.repeat(1_000_000))).toBeUndefined();
  });
});

describe('reduceDependencies', () => {
  test('decides USE conditionals and leaves out what is empty', () => {
    const tree = treeOf('a/b x? ( c/d ) !x? ( e/f ) y? ( g/h ) || ( y? ( i/j ) )');
    expect(show(reduceDependencies(tree, ['x']))).toBe('( a/b c/d )');
    expect(show(reduceDependencies(tree, ['y']))).toBe('( a/b e/f g/h || ( i/j ) )');
  });

  test('keeps the members of a conjunction below an alternative together', () => {
    expect(show(reduceDependencies(treeOf('|| ( x? ( a/b c/d ) ( e/f ) )'), ['x']))).toBe('( || ( ( a/b c/d ) e/f ) )');
  });

  test('dependencyAtoms lists what is left in its order', () => {
    expect(dependencyAtoms(treeOf('a/b || ( c/d ( e/f ) )')).map((atom) => atom.cp)).toEqual(['a/b', 'c/d', 'e/f']);
  });
});

describe('slot operators', () => {
  test('are those in force with the flags, each once and without blockers', () => {
    const tree = treeOf('a/b:= x? ( c/d:2= ) !x? ( e/f:= ) !g/h:= a/b:= i/j:* || ( k/l:= )');
    expect(slotOperatorAtoms(tree, ['x']).map((atom) => atom.text)).toEqual(['a/b:=', 'c/d:2=', 'k/l:=']);
  });

  test('of a binary name what it was built against', () => {
    expect(
      builtSlotOperatorBindings('>=dev-libs/libfoo-1:0/2=[ssl] a/b:0 || ( c/d:1/1= ) dev-libs/libfoo:0/2='),
    ).toEqual([
      { cp: 'dev-libs/libfoo', slot: '0', subslot: '2' },
      { cp: 'c/d', slot: '1', subslot: '1' },
    ]);
    expect(builtSlotOperatorBindings('( a/b')).toBeUndefined();
  });

  test('that stayed bare are found, except in alternatives that were not taken', () => {
    const unbound = unboundSlotOperators('a/b:0/1= c/d:= e/f:0= || ( g/h:0/2= i/j:= )');
    expect(unbound?.map((atom) => atom.text)).toEqual(['c/d:=', 'e/f:0=']);
  });
});
