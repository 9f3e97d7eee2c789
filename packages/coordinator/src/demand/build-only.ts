import {
  type AtomCandidate,
  dependencyAtoms,
  matchesAtom,
  parseCpv,
  parseDependencies,
  reduceDependencies,
} from '@binhost/shared/portage';
import type { ReportRow } from './report-row.ts';

/**
 * Finds rows that stand in the list only because others would be compiled on the node: they vanish once those are binaries.
 *
 * Roots are rows that the node has or wants for themselves: those that world or an installed package names, all that is not new
 * to it (a package of @system is named nowhere), and new rows that nothing in the list needs. What a root needs to run is wanted too; what it only needs to be built is not, unless the node must compile it
 * anyway. A row that fits neither way counts as wanted: building one too many costs a build, one too few a compile on the node.
 *
 * @param rows ebuild and binary rows of one list
 * @param roots positions of rows that are known to be wanted for themselves
 * @param compiledAnyway positions of ebuild rows that cannot be served
 * @returns position of each build-only row → cpv of a row that needs it to be built
 */
export function buildOnlyRows(
  rows: readonly ReportRow[],
  { roots, compiledAnyway }: { roots: ReadonlySet<number>; compiledAnyway: ReadonlySet<number> },
): ReadonlyMap<number, string> {
  const byName = new Map<string, ReportRow[]>();
  for (const row of rows) {
    const cp = parseCpv(row.entry.cpv)?.cp ?? '';
    byName.set(cp, [...(byName.get(cp) ?? []), row]);
  }
  const needs = new Map(rows.map((row) => [row, needsOf(row, byName)]));
  const neededByAny = new Set([...needs.values()].flatMap(({ toRun, toBuild }) => [...toRun, ...toBuild]));
  const wanted = new Set(
    rows.filter((row) => row.entry.change !== 'new' || roots.has(row.position) || !neededByAny.has(row)),
  );
  for (;;) {
    spread(wanted, (row) => {
      const { toRun, toBuild } = needs.get(row) as Needs;
      return compiledAnyway.has(row.position) ? [...toRun, ...toBuild] : toRun;
    });
    const buildOnly = buildSide(wanted, needs);
    const unclear = rows.filter((row) => !wanted.has(row) && !buildOnly.has(row));
    const last = unclear.at(-1);
    if (!last) return new Map([...buildOnly].map(([row, parent]) => [row.position, parent.entry.cpv]));
    wanted.add(last);
  }
}

interface Needs {
  toRun: ReportRow[];
  /** Empty for a binary. */
  toBuild: ReportRow[];
}

function needsOf(row: ReportRow, byName: ReadonlyMap<string, readonly ReportRow[]>): Needs {
  const { metadata } = row;
  if (!metadata) return { toRun: [], toBuild: [] };
  const matching = (text: string): ReportRow[] => {
    const tree = parseDependencies(text);
    const atoms = tree ? dependencyAtoms(reduceDependencies(tree, row.useInForce)) : [];
    const named = atoms
      .filter((atom) => atom.blocker === null)
      .flatMap((atom) => (byName.get(atom.cp) ?? []).filter(({ entry }) => matchesAtom(atom, slotted(entry))));
    return [...new Set(named)].filter((other) => other !== row);
  };
  return {
    toRun: matching(`${metadata.rdepend} ${metadata.pdepend} ${metadata.idepend}`),
    toBuild: row.entry.kind === 'ebuild' ? matching(`${metadata.depend} ${metadata.bdepend}`) : [],
  };
}

/** Without its flags: whether they fit, the node's Portage has decided when it made the list. */
function slotted({ cpv, slot, subslot, repository }: ReportRow['entry']): AtomCandidate {
  return { cpv, slot, subslot, repository };
}

/** Adds to the set whatever can be reached from it. */
function spread(reached: Set<ReportRow>, next: (row: ReportRow) => readonly ReportRow[]): void {
  // a set that grows while it is walked is walked to its new end
  for (const row of reached) for (const other of next(row)) reached.add(other);
}

/** Rows that are reached only over what a wanted row needs to be built, each with that row. */
function buildSide(wanted: ReadonlySet<ReportRow>, needs: ReadonlyMap<ReportRow, Needs>): Map<ReportRow, ReportRow> {
  const found = new Map<ReportRow, ReportRow>();
  for (const parent of wanted) {
    const side = new Set(needs.get(parent)?.toBuild.filter((row) => !wanted.has(row)));
    spread(side, (row) => {
      const { toRun, toBuild } = needs.get(row) as Needs;
      return [...toRun, ...toBuild].filter((other) => !wanted.has(other));
    });
    for (const row of side) if (!found.has(row)) found.set(row, parent);
  }
  return found;
}
