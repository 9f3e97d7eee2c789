import { type Atom, parseAtom } from './atom.ts';
import { PORTAGE_GRAMMAR } from './grammar.ts';

/** A dependency string (DEPEND, RDEPEND, …) as a tree. */
export type DependencyNode =
  | { kind: 'atom'; atom: Atom }
  /** `( … )` */
  | { kind: 'all-of'; children: DependencyNode[] }
  /** `|| ( … )` */
  | { kind: 'any-of'; children: DependencyNode[] }
  /** `^^ ( … )` */
  | { kind: 'exactly-one-of'; children: DependencyNode[] }
  /** `?? ( … )` */
  | { kind: 'at-most-one-of'; children: DependencyNode[] }
  /** `flag? ( … )`, or `!flag? ( … )` where negated. */
  | { kind: 'use'; flag: string; negated: boolean; children: DependencyNode[] };

type Group = Exclude<DependencyNode, { kind: 'atom' }>;

/** The largest in the Gentoo tree is below 60 KiB. */
const MAX_LENGTH = 1024 * 1024;
/** Real ones nest below ten deep; the bound keeps recursion over the tree safe. */
const MAX_DEPTH = 100;

/**
 * Reads a dependency string. Linear; takes no string that is longer than 1 MiB or nested deeper than 100 groups.
 *
 * @returns an all-of node of what stands at the top; undefined where the text is no dependency string
 */
export function parseDependencies(text: string): DependencyNode | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const root: Group = { kind: 'all-of', children: [] };
  const open: Group[] = [root];
  let pending: Group | undefined;
  for (const token of text.split(/\s+/)) {
    if (token === '') continue;
    const group = open.at(-1) as Group;
    if (token === '(') {
      const next = pending ?? { kind: 'all-of', children: [] };
      pending = undefined;
      group.children.push(next);
      if (open.push(next) > MAX_DEPTH) return undefined;
    } else if (pending) {
      return undefined;
    } else if (token === ')') {
      if (open.length === 1) return undefined;
      open.pop();
    } else {
      pending = groupOf(token);
      if (pending) continue;
      const atom = parseAtom(token);
      if (!atom) return undefined;
      group.children.push({ kind: 'atom', atom });
    }
  }
  return open.length === 1 && !pending ? root : undefined;
}

/** The group that a token announces; its `(` must follow. */
function groupOf(token: string): Group | undefined {
  if (token === '||') return { kind: 'any-of', children: [] };
  if (token === '^^') return { kind: 'exactly-one-of', children: [] };
  if (token === '??') return { kind: 'at-most-one-of', children: [] };
  if (!token.endsWith('?')) return undefined;
  const negated = token.startsWith('!');
  const flag = token.slice(negated ? 1 : 0, -1);
  return PORTAGE_GRAMMAR.useFlag.test(flag) ? { kind: 'use', flag, negated, children: [] } : undefined;
}

/**
 * Decides the USE conditionals of a tree: the result has no `use` nodes, and no empty groups.
 *
 * @param useEnabled the enabled flags of the package that has the dependencies
 */
export function reduceDependencies(tree: DependencyNode, useEnabled: Iterable<string>): DependencyNode {
  return { kind: 'all-of', children: reduceNode(tree, new Set(useEnabled)) };
}

function reduceNode(node: DependencyNode, enabled: ReadonlySet<string>): DependencyNode[] {
  if (node.kind === 'atom') return [node];
  if (node.kind === 'use' && enabled.has(node.flag) === node.negated) return [];
  const children: DependencyNode[] = [];
  for (const child of node.children) {
    const reduced = reduceNode(child, enabled);
    // the members of a conjunction below an alternative stay together
    const staysTogether = isChoice(node) && reduced.length > 1;
    if (staysTogether) children.push({ kind: 'all-of', children: reduced });
    else children.push(...reduced);
  }
  return isChoice(node) ? (children.length === 0 ? [] : [{ ...node, children }]) : children;
}

function isChoice(node: DependencyNode): boolean {
  return node.kind === 'any-of' || node.kind === 'exactly-one-of' || node.kind === 'at-most-one-of';
}

/** All atoms of a tree in their order, whatever group they stand in. Reduce first where USE matters. */
export function dependencyAtoms(tree: DependencyNode): Atom[] {
  return tree.kind === 'atom' ? [tree.atom] : tree.children.flatMap(dependencyAtoms);
}
