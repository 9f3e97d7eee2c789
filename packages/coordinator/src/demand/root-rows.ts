import {
  type Atom,
  dependencyAtoms,
  matchesAtom,
  parseAtom,
  parseCpv,
  parseDependencies,
  reduceDependencies,
} from '@binhost/shared/portage';
import type { EbuildMetadata } from '../tree/ebuild-metadata.ts';
import type { ReportRow } from './report-row.ts';

/** An installed package with what the binhost's tree says of its version. */
export interface InstalledNeeds {
  metadata: EbuildMetadata;
  /** Enabled flags, the profile's implicit ones included. */
  useInForce: Iterable<string>;
}

/**
 * Rows that the node wants for themselves: what its world names, and what installed packages need to run.
 *
 * @param world atoms of the world file; names of sets and what is no atom are passed over
 * @returns their positions
 */
export function rootRows(
  rows: readonly ReportRow[],
  { world, installed }: { world: readonly string[]; installed: readonly InstalledNeeds[] },
): Set<number> {
  const byName = new Map<string, ReportRow[]>();
  for (const row of rows) {
    const cp = parseCpv(row.entry.cpv)?.cp ?? '';
    byName.set(cp, [...(byName.get(cp) ?? []), row]);
  }
  const atoms = [...world.flatMap((text) => parseAtom(text) ?? []), ...installed.flatMap(runtimeAtoms)];
  const roots = new Set<number>();
  for (const atom of atoms) {
    for (const { entry, position } of byName.get(atom.cp) ?? []) {
      const { cpv, slot, subslot, repository } = entry;
      if (matchesAtom({ ...atom, use: [] }, { cpv, slot, subslot, repository })) roots.add(position);
    }
  }
  return roots;
}

function runtimeAtoms({ metadata, useInForce }: InstalledNeeds): Atom[] {
  const tree = parseDependencies(`${metadata.rdepend} ${metadata.pdepend} ${metadata.idepend}`);
  const atoms = tree ? dependencyAtoms(reduceDependencies(tree, useInForce)) : [];
  return atoms.filter((atom) => atom.blocker === null);
}
