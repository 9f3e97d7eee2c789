import { withoutProxies } from '../config/portage-environment.ts';
import { openSlotOperators, planBindings } from './binding-plan.ts';
import type { BindingPlan } from './build-command.ts';
import { buildRootFacts } from './build-root-facts.ts';
import { exactAtom } from './face.ts';
import { installedSlots } from './installed-packages.ts';
import { type PortageQuery, readDependencies } from './read-portage.ts';
import { attemptPaths, enclosureOf, type RootJob } from './root-job.ts';
import { blockedPackages, type EbuildDependencies, staleBuildDependencies } from './target-needs.ts';

/** What a build root still lacks for its target, found by looking into the mounted root. */
export interface RootPlan extends BindingPlan {
  dependencies: EbuildDependencies;
}

/** To be asked once the root is mounted and before anything is merged there. @throws PORTAGE_FAILED */
export async function planRoot(job: RootJob): Promise<RootPlan> {
  const { root } = attemptPaths(job.attemptDir);
  const { bindings, cpv, repository, useEnabled } = job.job;
  const dependencies = await readDependencies(queryOf(job), cpv, repository);
  const { DEPEND, RDEPEND, PDEPEND } = dependencies;
  const open = openSlotOperators(`${DEPEND} ${RDEPEND} ${PDEPEND}`);
  const installed = await installedSlots(root, new Set(bindings.map((one) => one.cp)));
  const plan = planBindings(bindings, installed, open);
  const { packages } = await buildRootFacts(root, new Set());
  const blocked = blockedPackages(dependencies, useEnabled, packages);
  return { ...plan, unmerge: [...new Set([...plan.unmerge, ...blocked])], dependencies };
}

/** Exact atoms of what must be merged anew, to be asked once the bound dependencies stand in the root. */
export async function staleAtoms(job: RootJob, { install, dependencies }: RootPlan): Promise<string[]> {
  if (install.length === 0) return [];
  const { packages } = await buildRootFacts(attemptPaths(job.attemptDir).root, new Set());
  const stale = staleBuildDependencies(dependencies, job.job.useEnabled, { installed: packages, replaced: install });
  const atoms: string[] = [];
  for (const { cpv, cp, slot, repository } of stale) {
    const isInTree = await readDependencies(queryOf(job), cpv, repository).then(
      () => true,
      () => false,
    );
    // The ebuild of an installed package may be gone: then the tree's newest of that slot.
    atoms.push(isInTree ? exactAtom({ cpv, repository }) : `${cp}:${slot}`);
  }
  return atoms;
}

/** An ebuild without cached metadata is run to be read: in the enclosure of the root, as every command of the build. */
function queryOf(job: RootJob): PortageQuery {
  const enclosure = enclosureOf(job);
  return { portageq: job.portageq, root: enclosure.root, env: withoutProxies(job.env), enclosure };
}
