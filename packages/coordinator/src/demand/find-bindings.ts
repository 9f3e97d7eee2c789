import {
  type Atom,
  bindingText,
  compareVersions,
  matchesAtom,
  parseCpv,
  parseDependencies,
  slotOperatorAtoms,
} from '@binhost/shared/portage';
import type { EbuildMetadata } from '../tree/ebuild-metadata.ts';
import type { WillHave } from './will-have.ts';

/**
 * What a binary of this ebuild must be bound to for the node: for each `:=` and `:SLOT=` dependency in force the package
 * that the node will have. As Portage binds: the highest version that matches; in `|| ( )` every alternative that is there.
 * A dependency of which the node will have nothing binds nothing. What only DEPEND names binds nothing either: a node that
 * takes the binary doesn't look at it, unless it wants build dependencies as well (--with-bdeps=y).
 *
 * @param useInForce enabled flags of the package, the profile's implicit ones included
 * @param available from packagesToBe
 * @param withBdeps whether the node's Portage looks at DEPEND of binaries
 * @returns sorted by their text, each binding once
 */
export function findBindings(
  metadata: EbuildMetadata,
  useInForce: Iterable<string>,
  available: ReadonlyMap<string, readonly WillHave[]>,
  { withBdeps }: { withBdeps: boolean },
): WillHave[] {
  const enabled = new Set(useInForce);
  const bindings = new Map<string, WillHave>();
  for (const text of [metadata.rdepend, metadata.pdepend, ...(withBdeps ? [metadata.depend] : [])]) {
    const tree = parseDependencies(text);
    for (const atom of tree ? slotOperatorAtoms(tree, enabled) : []) {
      const best = highestMatch(atom, available.get(atom.cp) ?? []);
      if (best) bindings.set(bindingText(best), best);
    }
  }
  return [...bindings.keys()].sort().map((text) => bindings.get(text) as WillHave);
}

function highestMatch(atom: Atom, candidates: readonly WillHave[]): WillHave | undefined {
  // whether their flags fit is left to the node's Portage, which has accepted them already
  const matching = candidates.filter(({ cpv, slot, subslot }) => matchesAtom(atom, { cpv, slot, subslot }));
  return matching.sort((a, b) => compareVersions(versionOf(b), versionOf(a)) || b.slot.localeCompare(a.slot))[0];
}

function versionOf(found: WillHave): string {
  return parseCpv(found.cpv)?.version ?? '';
}
