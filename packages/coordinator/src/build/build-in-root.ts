import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@binhost/shared/time';
import { withoutProxies } from '../config/portage-environment.ts';
import { unmetBindings } from './binding-plan.ts';
import { type BuildStep, bindingSteps, dependencySteps, niced, rebindSteps, targetSteps } from './build-command.ts';
import type { BuildRecord, BuildResult } from './build-result.ts';
import { buildRootFacts } from './build-root-facts.ts';
import { faceFiles } from './face.ts';
import { findFinishedPackage } from './finished-package.ts';
import { installedSlots, packageDatabaseDigest } from './installed-packages.ts';
import { lockPasswords } from './lock-passwords.ts';
import { makeConfText } from './make-conf.ts';
import { planMounts } from './mount-plan.ts';
import { parseMountinfo } from './mountinfo.ts';
import { planRoot, staleAtoms } from './plan-root.ts';
import { copyPoolPolicy } from './pool-policy.ts';
import { profileSystem } from './profile-system.ts';
import { type PortageQuery, readRepositories, readSettings } from './read-portage.ts';
import { plainDirectoryNames, readPlainFile } from './read-untrusted.ts';
import { locationsByName } from './repository-locations.ts';
import { attemptPaths, enclosureOf, type RootJob } from './root-job.ts';
import { closeIn, waitingArgv } from './run-enclosed.ts';
import { runMounts } from './run-mounts.ts';
import { runSteps, type StepsOutcome } from './run-steps.ts';
import { writePortageConfig } from './write-portage-config.ts';

/**
 * One build in a throw-away root. In: a job file. Out: result.json beside it, and new packages in the upper of PKGDIR.
 * Called by the builder through the hidden command build-in-root, in a mount and a PID namespace of its own: it mounts and
 * never unmounts, and every process dies with it. It runs outside the root that it makes; each of Portage's commands is
 * enclosed there (enclosure.ts).
 */
export async function buildInRoot(jobFile: string, clock: Clock, signal: AbortSignal): Promise<void> {
  const job = JSON.parse(await readFile(jobFile, 'utf8')) as RootJob;
  const record: BuildRecord = {};
  const result = await attempt({ job, clock, signal, record }).catch(
    (error: unknown): BuildResult => ({ outcome: 'aborted', text: sentence(error), record }),
  );
  await writeFile(attemptPaths(job.attemptDir).result, JSON.stringify(result));
}

interface Attempt {
  job: RootJob;
  clock: Clock;
  signal: AbortSignal;
  /** Filled on the way, so that it is there however the attempt ends. */
  record: BuildRecord;
}

async function attempt(context: Attempt): Promise<BuildResult> {
  const { job, record } = context;
  const digest = await packageDatabaseDigest(job.poolRoot);
  await makeRoot(context);
  const plan = await planRoot(job);
  const outcome =
    (await run(context, bindingSteps(job.emerge, plan))) ??
    (await run(context, rebindSteps(job.emerge, await staleAtoms(job, plan)))) ??
    (await run(context, dependencySteps(job.emerge, job.job))) ??
    (await checkBindings(job)) ??
    (await run(context, targetSteps(job.emerge, job.job)));
  record['autounmask'] = await autounmaskChanges(attemptPaths(job.attemptDir).portage);
  if ((await packageDatabaseDigest(job.poolRoot)) !== digest) {
    return { outcome: 'aborted', text: `the package database of ${job.poolRoot} changed during the build`, record };
  }
  if (outcome) return failed(outcome, record);
  const file = await findFinishedPackage(job.packages.upper, job.job.cpv);
  if (file) {
    await writeRootFacts(job);
    return { outcome: 'built', record: { ...record, file } };
  }
  return { outcome: 'aborted', text: `emerge ended well but left no package of ${job.job.cpv}`, record };
}

function failed(outcome: NonNullable<StepsOutcome>, record: BuildRecord): BuildResult {
  if ('machinery' in outcome) return { outcome: 'aborted', text: outcome.machinery, record };
  return { outcome: 'failed', failure: outcome.failure, record };
}

/** Nothing is written where the profile can't be read: without @system every package would look automagic. */
async function writeRootFacts({ poolRoot, portageq, env, attemptDir }: RootJob): Promise<void> {
  const paths = attemptPaths(attemptDir);
  const repositories = locationsByName(await readRepositories({ portageq, root: poolRoot, env }));
  const below = new Map([...repositories].map(([name, path]) => [name, join(poolRoot, path)]));
  const system = await profileSystem(join(poolRoot, 'etc/portage/make.profile'), below);
  if (system) await writeFile(paths.rootFacts, JSON.stringify(await buildRootFacts(paths.root, system)));
}

async function makeRoot({ job, record }: Attempt): Promise<void> {
  const paths = attemptPaths(job.attemptDir);
  const query: PortageQuery = { portageq: job.portageq, root: job.poolRoot, env: job.env };
  const settings = await readSettings(query);
  const repositories = await readRepositories(query);
  const makeConf = makeConfText(settings, job.poolLines);
  const face = faceFiles(job.job);
  const distfiles = join(job.poolRoot, settings['DISTDIR'] || '/var/cache/distfiles');
  record['makeConf'] = makeConf;
  record['face'] = Object.fromEntries(face);
  await mkdir(distfiles, { recursive: true });
  const ownersDirectory = join(job.poolRoot, 'etc/portage');
  if (job.poolPortage !== '') record['poolPolicy'] = await copyPoolPolicy(job.poolPortage, paths.portage);
  await writePortageConfig({ directory: paths.portage, ownersDirectory, makeConf, repositories, face });
  const actions = planMounts({
    mounts: parseMountinfo(await readFile('/proc/self/mountinfo', 'utf8')),
    poolRoot: job.poolRoot,
    attemptDir: job.attemptDir,
    distfiles,
    needed: [...locationsByName(repositories).values()],
    hidden: job.hidden,
  });
  await runMounts(actions, { root: paths.root, layers: paths.layers, packages: job.packages });
  await lockPasswords(paths.root);
  // Portage reads the old places as well; they are the owner's.
  for (const name of ['make.conf', 'make.profile'])
    await rm(join(paths.root, 'etc', name), { recursive: true, force: true });
}

/** A root that still shows another sub-slot would make a binary that the node passes over without a word. */
async function checkBindings(job: RootJob): Promise<StepsOutcome> {
  const { bindings } = job.job;
  if (bindings.length === 0) return undefined;
  const installed = await installedSlots(attemptPaths(job.attemptDir).root, new Set(bindings.map((one) => one.cp)));
  const [unmet] = unmetBindings(bindings, installed);
  if (!unmet) return undefined;
  const text = `${unmet.cpv} was to give ${unmet.cp}:${unmet.slot}/${unmet.subslot}, but the build root does not show it`;
  return { failure: { kind: 'config', text } };
}

async function run({ job, clock, signal, record }: Attempt, steps: BuildStep[]): Promise<StepsOutcome> {
  record['steps'] = [...((record['steps'] as string[] | undefined) ?? []), ...steps.map((one) => one.argv.join(' '))];
  const enclosure = enclosureOf(job);
  return runSteps({
    job: job.job,
    steps,
    start: ({ argv, network }) => {
      const env = network ? job.env : withoutProxies(job.env);
      return {
        argv: niced(job.nice, waitingArgv(network)),
        env,
        gate: async (pid) => {
          await closeIn(pid, network, enclosure);
          return { argv, env };
        },
      };
    },
    clock,
    signal,
    onOutput: (chunk) => void process.stdout.write(chunk),
  });
}

/** What step "dependencies" wrote into the root's configuration, by file; our own files are told apart by their name. */
async function autounmaskChanges(directory: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of ['package.use', 'package.accept_keywords', 'package.unmask', 'package.license']) {
    for (const file of await plainDirectoryNames(join(directory, name))) {
      const text = await readPlainFile(join(directory, name, file));
      if (text?.includes('required by')) found[`${name}/${file}`] = text;
    }
  }
  return found;
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
