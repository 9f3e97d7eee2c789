import {
  type Atom,
  dependencyAtoms,
  matchesAtom,
  parseCpv,
  parseDependencies,
  reduceDependencies,
} from '@binhost/shared/portage';
import type { Demand } from '../demand/load-demand.ts';
import type { EbuildMetadata } from '../tree/ebuild-metadata.ts';

/** What one demanded variant has to do with the others, as variant keys in a fixed order, without circles. */
export interface BuildNeeds {
  /** Must be published before it is built: else its build would compile them once more on the way. */
  first: string[];
  /** Only needed to run: better earlier, but nothing to wait for. */
  rather: string[];
}

/**
 * Which demanded variants need which. Before a package come what it binds to, what it needs to be built, and what those need to
 * run. Only variants that a common node waits for have to do with each other: another node's flavour of a library does not
 * stand in this one's face. Circles are cut at the edge that closes them, walking in the order of names.
 *
 * @param metadata by variant key; a variant without is taken to need what it binds to
 */
export function buildNeeds(
  demands: readonly Demand[],
  metadata: ReadonlyMap<string, EbuildMetadata>,
): Map<string, BuildNeeds> {
  const inOrder = [...demands].sort((a, b) => compare(a.cpv, b.cpv) || compare(a.variantKey, b.variantKey));
  const byName = new Map<string, Demand[]>();
  for (const demand of inOrder) {
    const cp = parseCpv(demand.cpv)?.cp ?? '';
    byName.set(cp, [...(byName.get(cp) ?? []), demand]);
  }
  const direct = new Map(
    inOrder.map((demand) => [demand, directNeeds(demand, metadata.get(demand.variantKey), byName)]),
  );
  const first = new Map(inOrder.map((demand) => [demand, withTheirRuntime(demand, direct)]));
  const acyclic = cutCircles(inOrder, first);
  return new Map(
    inOrder.map((demand) => {
      const before = acyclic.get(demand) ?? [];
      const rather = (direct.get(demand)?.toRun ?? []).filter((other) => !before.includes(other));
      return [demand.variantKey, { first: before.map(keyOf), rather: rather.map(keyOf) }];
    }),
  );
}

interface DirectNeeds {
  toBuild: Demand[];
  toRun: Demand[];
}

function directNeeds(
  demand: Demand,
  metadata: EbuildMetadata | undefined,
  byName: ReadonlyMap<string, readonly Demand[]>,
): DirectNeeds {
  const nodes = new Set(demand.wishes.map((wish) => wish.nodeId));
  const related = (cp: string): Demand[] =>
    (byName.get(cp) ?? []).filter(
      (other) => other !== demand && other.pool === demand.pool && other.wishes.some((wish) => nodes.has(wish.nodeId)),
    );
  const named = (text: string): Demand[] =>
    atomsInForce(text, demand.useEnabled).flatMap((atom) =>
      related(atom.cp).filter(({ cpv, slot, subslot }) => matchesAtom(atom, { cpv, slot, subslot })),
    );
  const bound = demand.bindings.flatMap((binding) => related(binding.cp).filter((other) => other.cpv === binding.cpv));
  return {
    toBuild: distinct([...bound, ...(metadata ? named(`${metadata.depend} ${metadata.bdepend}`) : [])]),
    toRun: distinct(metadata ? named(`${metadata.rdepend} ${metadata.idepend}`) : []),
  };
}

function atomsInForce(text: string, useEnabled: readonly string[]): Atom[] {
  const tree = parseDependencies(text);
  const atoms = tree ? dependencyAtoms(reduceDependencies(tree, useEnabled)) : [];
  return atoms.filter((atom) => atom.blocker === null);
}

/** A build dependency is installed into the root, and so is all that it needs to run. */
function withTheirRuntime(demand: Demand, direct: ReadonlyMap<Demand, DirectNeeds>): Demand[] {
  const reached = new Set(direct.get(demand)?.toBuild);
  for (const other of reached) for (const next of direct.get(other)?.toRun ?? []) reached.add(next);
  reached.delete(demand);
  return [...reached].sort((a, b) => compare(a.cpv, b.cpv) || compare(a.variantKey, b.variantKey));
}

function cutCircles(inOrder: readonly Demand[], edges: ReadonlyMap<Demand, Demand[]>): Map<Demand, Demand[]> {
  const kept = new Map<Demand, Demand[]>();
  const onTheWay = new Set<Demand>();
  const visit = (demand: Demand): void => {
    if (kept.has(demand)) return;
    onTheWay.add(demand);
    const open = (edges.get(demand) ?? []).filter((other) => {
      if (onTheWay.has(other)) return false;
      visit(other);
      return true;
    });
    onTheWay.delete(demand);
    kept.set(demand, open);
  };
  for (const demand of inOrder) visit(demand);
  return kept;
}

function distinct(demands: Demand[]): Demand[] {
  return [...new Set(demands)];
}

function keyOf(demand: Demand): string {
  return demand.variantKey;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
