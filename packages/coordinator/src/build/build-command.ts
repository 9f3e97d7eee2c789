import type { BoundDependency, BuildJob } from '../queue/build-job.ts';
import { exactAtom } from './face.ts';

/** What a command is for; explain-failure.ts reads its output in this light. */
export type StepName = 'unmerge' | 'bind' | 'dependencies' | 'fetch' | 'build';

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
  /** Installed packages (cpv) in higher slots than the node will have, to which a `:=` would bind. */
  unmerge: string[];
}

/**
 * The commands of a build in a throw-away root, in their order. Each that compiles is preceded by one that only fetches,
 * since the compiling ones have no network.
 */
export function rootSteps(emerge: readonly string[], job: BuildJob, plan: BindingPlan): BuildStep[] {
  const steps: BuildStep[] = [];
  const call = (...options: string[]): string[] => [...emerge, ...COMMON, ...options];
  if (plan.unmerge.length > 0) {
    const argv = call('--rage-clean', ...plan.unmerge.map((cpv) => `=${cpv}`));
    steps.push({ name: 'unmerge', argv, network: false });
  }
  if (plan.install.length > 0) {
    // Without --ignore-world=y emerge plans to rebuild every consumer in world.
    const options = ['--oneshot', '--usepkg', '--buildpkg', '--ignore-world=y', ...plan.install.map(exactAtom)];
    steps.push(...fetchThenRun('bind', (extra) => call(...extra, ...options)));
  }
  steps.push(...fetchThenRun('dependencies', (extra) => call(...extra, ...DEPENDENCIES, exactAtom(job))));
  const target = ['--oneshot', '--usepkg=n', exactAtom(job)];
  steps.push({ name: 'fetch', argv: call('--fetchonly', '--nodeps', ...target), network: true });
  steps.push({ name: 'build', argv: call('--buildpkgonly', ...target), network: false });
  return steps;
}

/** The commands of a build that may not merge anything: the sources, then the binary. */
export function hostSteps(emerge: readonly string[], job: BuildJob): BuildStep[] {
  const target = ['--oneshot', '--usepkg=n', exactAtom(job)];
  return [
    { name: 'fetch', argv: [...emerge, ...COMMON, '--fetchonly', '--nodeps', ...target], network: true },
    { name: 'build', argv: [...emerge, ...COMMON, '--buildpkgonly', ...target], network: true },
  ];
}

/** What stands before a command so that it runs in the root, niced, and without a network where it needs none. */
export function enterRoot(step: BuildStep, root: string, canUnshareNet: boolean): string[] {
  const withoutNetwork = canUnshareNet && !step.network ? ['unshare', '--net', '--'] : [];
  return [...withoutNetwork, 'chroot', root, ...step.argv];
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

function fetchThenRun(name: StepName, argv: (extra: string[]) => string[]): BuildStep[] {
  return [
    { name, argv: argv(['--fetchonly']), network: true },
    { name, argv: argv([]), network: false },
  ];
}
