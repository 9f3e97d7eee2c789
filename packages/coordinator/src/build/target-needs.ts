import {
  type Atom,
  builtSlotOperatorBindings,
  dependencyAtoms,
  matchesAtom,
  parseDependencies,
  reduceDependencies,
} from '@binhost/shared/portage';
import type { BoundDependency } from '../queue/build-job.ts';

/** What an ebuild says that it needs, as the tree has it: USE conditionals undecided. */
export type EbuildDependencies = Record<'DEPEND' | 'BDEPEND' | 'RDEPEND' | 'PDEPEND' | 'IDEPEND', string>;

/** An installed package of the build root. */
export interface InstalledPackage {
  cpv: string;
  /** category/name */
  cp: string;
  slot: string;
  subslot: string;
  repository: string;
  use: readonly string[];
  /** RDEPEND, PDEPEND and IDEPEND as one text, as Portage recorded them. */
  dependencies: string;
}

/**
 * Installed packages that the target blocks and that would keep Portage from building it: nothing is merged that could replace
 * them, and in a throw-away root nobody misses them. Blockers of what it needs while it is built count, and hard ones at
 * run time, which Portage minds as well.
 *
 * @returns cpv of each
 */
export function blockedPackages(
  { DEPEND, BDEPEND, RDEPEND, PDEPEND, IDEPEND }: EbuildDependencies,
  useEnabled: readonly string[],
  installed: readonly InstalledPackage[],
): string[] {
  const atBuildTime = atomsOf(`${DEPEND} ${BDEPEND}`, useEnabled).filter((atom) => atom.blocker !== null);
  const atRunTime = atomsOf(`${RDEPEND} ${PDEPEND} ${IDEPEND}`, useEnabled).filter((atom) => atom.blocker === 'strong');
  const blockers = [...atBuildTime, ...atRunTime];
  return installed.filter((one) => blockers.some((atom) => matchesAtom(atom, candidate(one)))).map(({ cpv }) => cpv);
}

/**
 * Installed packages that the target's build needs, directly or through others, and that are still bound to what a binding
 * has replaced: their libraries look for a soname that is gone. Other consumers, which the build never touches, are left
 * as they are: rebuilding all of them is what --ignore-world=y is there to prevent.
 *
 * @param replaced bound dependencies that were brought into the root
 */
export function staleBuildDependencies(
  { DEPEND, BDEPEND }: EbuildDependencies,
  useEnabled: readonly string[],
  { installed, replaced }: { installed: readonly InstalledPackage[]; replaced: readonly BoundDependency[] },
): InstalledPackage[] {
  if (replaced.length === 0) return [];
  const todo = namesOf(`${DEPEND} ${BDEPEND}`, useEnabled);
  const needed = new Set<string>();
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (needed.has(name)) continue;
    needed.add(name);
    for (const one of installed) if (one.cp === name) todo.push(...namesOf(one.dependencies, one.use));
  }
  return installed.filter((one) => needed.has(one.cp) && isBoundOtherwise(one, replaced));
}

function isBoundOtherwise({ dependencies }: InstalledPackage, replaced: readonly BoundDependency[]): boolean {
  const bound = builtSlotOperatorBindings(dependencies) ?? [];
  return bound.some(({ cp, slot, subslot }) =>
    replaced.some((one) => one.cp === cp && one.slot === slot && one.subslot !== subslot),
  );
}

function atomsOf(dependencies: string, useEnabled: readonly string[]): Atom[] {
  const tree = parseDependencies(dependencies);
  return tree ? dependencyAtoms(reduceDependencies(tree, useEnabled)) : [];
}

function namesOf(dependencies: string, useEnabled: readonly string[]): string[] {
  return atomsOf(dependencies, useEnabled)
    .filter((atom) => atom.blocker === null)
    .map((atom) => atom.cp);
}

function candidate({ cpv, slot, subslot, repository }: InstalledPackage) {
  return { cpv, slot, subslot, repository };
}
