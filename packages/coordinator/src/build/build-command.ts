import type { BoundDependency, BuildJob } from '../queue/build-job.ts';
import { exactAtom } from './face.ts';

/** What a command is for; explain-failure.ts reads its output in this light. */
export type StepName = 'unmerge' | 'bind' | 'rebind' | 'dependencies' | 'fetch' | 'build';

export interface BuildStep {
  name: StepName;
  argv: string[];
  /** Whether it may reach the network: only what fetches may. */
  network: boolean;
}

/** What of the root must change before the target's dependencies are looked at. */
export interface BindingPlan {
  /** Bound dependencies whose sub-slot in the root differs, or that are missing there. */
  install: BoundDependency[];
  /** Installed packages (cpv) that must go: higher slots than the node will have, to which a `:=` would bind, and what the
   * target blocks. */
  unmerge: string[];
}

/**
 * The commands that give a throw-away root the bindings of its target. Here and below: each command that compiles is
 * preceded by one that only fetches, since the compiling ones have no network.
 */
export function bindingSteps(emerge: readonly string[], plan: BindingPlan): BuildStep[] {
  const steps: BuildStep[] = [];
  if (plan.unmerge.length > 0) {
    const argv = [...emerge, ...COMMON, '--rage-clean', ...plan.unmerge.map((cpv) => `=${cpv}`)];
    steps.push({ name: 'unmerge', argv, network: false });
  }
  return [...steps, ...mergeSteps('bind', emerge, plan.install.map(exactAtom))];
}

/** Merges packages anew that are bound to what was replaced. @param atoms may be empty */
export function rebindSteps(emerge: readonly string[], atoms: readonly string[]): BuildStep[] {
  return mergeSteps('rebind', emerge, atoms);
}

/** What the target needs while it is built. */
export function dependencySteps(emerge: readonly string[], job: BuildJob): BuildStep[] {
  return fetchThenRun('dependencies', (extra) => [...emerge, ...COMMON, ...extra, ...DEPENDENCIES, exactAtom(job)]);
}

/** The target itself: its sources, then the binary; nothing is merged. */
export function targetSteps(emerge: readonly string[], job: BuildJob): BuildStep[] {
  const target = ['--oneshot', '--usepkg=n', exactAtom(job)];
  return [
    { name: 'fetch', argv: [...emerge, ...COMMON, '--fetchonly', '--nodeps', ...target], network: true },
    { name: 'build', argv: [...emerge, ...COMMON, '--buildpkgonly', ...target], network: false },
  ];
}

/** The commands of a build that may not merge anything: the sources, then the binary. */
export function hostSteps(emerge: readonly string[], job: BuildJob): BuildStep[] {
  return targetSteps(emerge, job).map((step) => ({ ...step, network: true }));
}

/** A command with a lower claim on the processor. */
export function niced(nice: number, argv: readonly string[]): string[] {
  return nice === 0 ? [...argv] : ['nice', '-n', String(nice), ...argv];
}

/** The owner's EMERGE_DEFAULT_OPTS may hold --ask or --usepkg; --quiet-build=n lets the build's own output reach the log. */
const COMMON = ['--ignore-default-opts', '--color=n', '--nospinner', '--quiet-build=n', '--getbinpkg=n'];

/**
 * Build dependencies only, from binaries where they exist; what had to be compiled becomes a binary as a by-product.
 * USE conditions between build-only dependencies are met by autounmask: here only, never for the target.
 */
const DEPENDENCIES = [
  '--oneshot',
  '--usepkg',
  '--buildpkg',
  '--onlydeps',
  '--onlydeps-with-rdeps=n',
  '--autounmask=y',
  '--autounmask-continue',
  '--autounmask-license=n',
  '--autounmask-keep-keywords=y',
  '--autounmask-keep-masks=y',
];

function mergeSteps(name: StepName, emerge: readonly string[], atoms: readonly string[]): BuildStep[] {
  if (atoms.length === 0) return [];
  // Without --ignore-world=y emerge plans to rebuild every consumer in world.
  const options = ['--oneshot', '--usepkg', '--buildpkg', '--ignore-world=y', ...atoms];
  return fetchThenRun(name, (extra) => [...emerge, ...COMMON, ...extra, ...options]);
}

function fetchThenRun(name: StepName, argv: (extra: string[]) => string[]): BuildStep[] {
  return [
    { name, argv: argv(['--fetchonly']), network: true },
    { name, argv: argv([]), network: false },
  ];
}
