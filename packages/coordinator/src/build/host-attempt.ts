import { appendFileSync, readFileSync } from 'node:fs';
import { cp, lstat, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttemptContext } from './attempt-context.ts';
import { ATTEMPT_VARIABLE } from './attempt-directory.ts';
import { planBindings, unmetBindings } from './binding-plan.ts';
import { hostSteps, niced } from './build-command.ts';
import type { BuildResult } from './build-result.ts';
import { buildRootFacts } from './build-root-facts.ts';
import { faceFiles } from './face.ts';
import { findFinishedPackage } from './finished-package.ts';
import { addRootFacts, handOverFiles } from './hand-over.ts';
import { installedSlots, packageDatabaseDigest } from './installed-packages.ts';
import { parseProcessStat } from './process-owner.ts';
import { profileSystem } from './profile-system.ts';
import { readRepositories } from './read-portage.ts';
import { locationsByName } from './repository-locations.ts';
import { attemptPaths, SESSIONS_FILE } from './root-job.ts';
import { runSteps, type StepsOutcome } from './run-steps.ts';
import { keepProfileElsewhere, writeFace } from './write-portage-config.ts';

/**
 * One attempt without root and without mounts: the binhost's own Portage makes the package and merges nothing. Its
 * configuration is a throw-away copy of /etc/portage with the face added (PORTAGE_CONFIGROOT), PKGDIR a staging directory.
 * What would need another installed package is refused: that takes overlay mode.
 */
export async function hostAttempt(context: AttemptContext): Promise<BuildResult> {
  const { job, config, directory } = context;
  const face = faceFiles(job);
  const steps = hostSteps(config.portage.emerge, job);
  const record = { face: Object.fromEntries(face), steps: steps.map((step) => step.argv.join(' ')) };
  const text = await refusal(context);
  if (text) return { outcome: 'failed', failure: { kind: 'config', text }, record };
  const digest = await packageDatabaseDigest(config.portage.root);
  const packages = join(directory.stagingWork, 'packages');
  await mkdir(packages);
  const configRoot = attemptPaths(directory.path).root;
  await copyConfiguration(join(config.portage.root, 'etc/portage'), join(configRoot, 'etc/portage'), face);
  const outcome = await runSteps({
    job,
    steps,
    start: (step) => ({ argv: niced(config.build.nice, step.argv), env: environment(context, configRoot, packages) }),
    clock: context.clock,
    signal: context.signal,
    onOutput: context.onOutput,
    onStart: (pid) => {
      context.onStart(pid);
      recordSession(directory.path, pid);
    },
    limits: { timeLimitMs: config.build.timeLimit, silenceLimitMs: config.build.silenceLimit },
  });
  if (outcome) return failed(outcome, record);
  if ((await packageDatabaseDigest(config.portage.root)) !== digest) {
    return { outcome: 'aborted', text: 'the package database changed during the build', record };
  }
  const file = await findFinishedPackage(packages, job.cpv);
  if (!file) return { outcome: 'aborted', text: `emerge ended well but left no package of ${job.cpv}`, record };
  await addRootFacts(packages, await rootFacts(context));
  await handOverFiles(packages, directory.handOver, undefined);
  return { outcome: 'built', record: { ...record, file } };
}

/** What the publisher should know of the binhost itself, which was the build root; undefined where its profile can't be read. */
async function rootFacts({ config, env }: AttemptContext): Promise<string | undefined> {
  const { portageq, root } = config.portage;
  const repositories = await readRepositories({ portageq, root: '/', env }).catch(() => '');
  const system = await profileSystem(join(root, 'etc/portage/make.profile'), locationsByName(repositories));
  return system && JSON.stringify(await buildRootFacts(root, system));
}

function failed(outcome: NonNullable<StepsOutcome>, record: Record<string, unknown>): BuildResult {
  if ('machinery' in outcome) return { outcome: 'aborted', text: outcome.machinery, record };
  const { overlayHelps, ...failure } = outcome.failure;
  if (overlayHelps) failure.text = `${NEEDS_OVERLAY}: ${failure.text}`;
  return { outcome: 'failed', failure, record };
}

/** People and tests look for these words. */
const NEEDS_OVERLAY = 'needs overlay mode';

/** Why the binhost as it stands cannot bind the package as the node needs it. */
async function refusal({ job, config }: AttemptContext): Promise<string | undefined> {
  const installed = await installedSlots(config.portage.root, new Set(job.bindings.map((one) => one.cp)));
  const [unmet] = unmetBindings(job.bindings, installed);
  if (unmet) {
    const here = installed.filter((one) => one.cp === unmet.cp).map((one) => one.cpv);
    const found = here.length > 0 ? `has ${here.join(', ')}` : 'has none';
    return `${NEEDS_OVERLAY}: ${job.cpv} must be bound to ${unmet.cp}:${unmet.slot}/${unmet.subslot}, the binhost ${found}`;
  }
  // Whether the dependency names a slot is not known here: to be safe it is taken as one that does not.
  const [higher] = planBindings(job.bindings, installed, new Set(job.bindings.map((one) => one.cp))).unmerge;
  return higher && `${NEEDS_OVERLAY}: ${job.cpv} would be bound to ${higher}, which the node will not have`;
}

async function copyConfiguration(from: string, to: string, face: ReadonlyMap<string, string>): Promise<void> {
  await cp(from, to, { recursive: true, dereference: false, verbatimSymlinks: true, filter: isConfiguration(from) });
  await rm(join(to, 'make.profile'), { recursive: true, force: true });
  await keepProfileElsewhere(from, to);
  await writeFace(to, face);
}

/** Portage's keyring is neither ours to read nor needed, and holds sockets, which can't be copied. */
function isConfiguration(from: string): (path: string) => Promise<boolean> {
  return async (path) => {
    if (path === join(from, 'gnupg')) return false;
    const found = await lstat(path);
    return found.isFile() || found.isDirectory() || found.isSymbolicLink();
  };
}

function environment({ env, directory }: AttemptContext, configRoot: string, packages: string): Record<string, string> {
  return {
    ...env,
    PORTAGE_CONFIGROOT: configRoot,
    PORTAGE_TMPDIR: attemptPaths(directory.path).tmp,
    PKGDIR: packages,
    BINPKG_FORMAT: 'gpkg',
    FEATURES: 'binpkg-multi-instance -binpkg-signing -getbinpkg -news -test',
    [ATTEMPT_VARIABLE]: directory.path,
  };
}

/** Portage clears the environment of an ebuild's processes; the session tells them for a later sweep. */
function recordSession(attemptDir: string, pid: number): void {
  try {
    const stat = parseProcessStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    if (stat) appendFileSync(join(attemptDir, SESSIONS_FILE), `${pid} ${stat.startTicks}\n`);
  } catch {
    // Ended already.
  }
}
