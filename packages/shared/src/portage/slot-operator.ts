import type { Atom } from './atom.ts';
import { type DependencyNode, dependencyAtoms, parseDependencies, reduceDependencies } from './dependencies.ts';
import type { Binding } from './variant-key.ts';

/**
 * The `:=` and `:SLOT=` atoms that are in force with these flags, each once, blockers left out.
 *
 * @param tree from parseDependencies, not reduced
 */
export function slotOperatorAtoms(tree: DependencyNode, useEnabled: Iterable<string>): Atom[] {
  return distinctAtoms(slotOperators(reduceDependencies(tree, useEnabled)));
}

/**
 * What a binary was built against: the `cat/name:SLOT/SUBSLOT=` atoms of its recorded dependencies (Portage writes them with
 * USE conditionals already decided; a bound atom below one is taken too).
 *
 * @returns each binding once, in the order of the text; undefined where the text is no dependency string
 */
export function builtSlotOperatorBindings(dependText: string): Binding[] | undefined {
  const tree = parseDependencies(dependText);
  if (!tree) return undefined;
  const bindings = new Map<string, Binding>();
  for (const atom of slotOperators(tree)) {
    if (atom.slot === null || atom.subslot === null) continue;
    const binding = { cp: atom.cp, slot: atom.slot, subslot: atom.subslot };
    bindings.set(`${binding.cp}:${binding.slot}/${binding.subslot}`, binding);
  }
  return [...bindings.values()];
}

/**
 * The `:=` atoms of a binary's recorded dependencies that stayed unbound, since nothing installed matched them at build
 * time. Alternatives (`|| ( )`) are left out: there the branches that were not taken stay unbound rightly.
 *
 * @returns undefined where the text is no dependency string
 */
export function unboundSlotOperators(dependText: string): Atom[] | undefined {
  const tree = parseDependencies(dependText);
  if (!tree) return undefined;
  return distinctAtoms(slotOperators(withoutChoices(tree)).filter((atom) => atom.subslot === null));
}

function slotOperators(tree: DependencyNode): Atom[] {
  return dependencyAtoms(tree).filter((atom) => atom.slotOperator === '=' && atom.blocker === null);
}

function withoutChoices(node: DependencyNode): DependencyNode {
  if (node.kind === 'atom') return node;
  const isConjunction = node.kind === 'all-of' || node.kind === 'use';
  return { ...node, children: isConjunction ? node.children.map(withoutChoices) : [] };
}

function distinctAtoms(atoms: Atom[]): Atom[] {
  return [...new Map(atoms.map((atom) => [atom.text, atom])).values()];
}
