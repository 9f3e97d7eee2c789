import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkPrograms } from '../config/check-programs.ts';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { coordinatorError } from '../coordinator-errors.ts';
import type { AttemptContext } from './attempt-context.ts';
import { ATTEMPT_VARIABLE } from './attempt-directory.ts';
import { niced } from './build-command.ts';
import type { BuildResult } from './build-result.ts';
import { ENCLOSURE_PROGRAMS } from './enclosure.ts';
import { explainFailure } from './explain-failure.ts';
import { addRootFacts, handOverFiles } from './hand-over.ts';
import { fileSystemOf, type MountedFileSystem, parseMountinfo } from './mountinfo.ts';
import { copyPublished } from './published-copy.ts';
import { attemptPaths, type RootJob } from './root-job.ts';
import { runBuild } from './run-build.ts';
import { namespaceObstacle } from './run-namespace-checks.ts';

/**
 * One attempt in a throw-away root, seen from outside: prepares directories, starts our own program inside a mount and a
 * PID namespace (build-in-root.ts goes on there), and takes its result and the files that it made.
 *
 * @param program how to call our own program: node, its options, the entry file
 */
export async function overlayAttempt(context: AttemptContext, program: readonly string[]): Promise<BuildResult> {
  const { job, directory, env, clock, signal, onOutput } = context;
  const paths = attemptPaths(directory.path);
  const rootJob = await prepare(context);
  await writeFile(paths.job, JSON.stringify(rootJob), { mode: 0o600 });
  const outcome = await runBuild({
    argv: niced(context.config.build.nice, [...NAMESPACES, ...program, 'build-in-root', paths.job]),
    env: { ...env, [ATTEMPT_VARIABLE]: directory.path },
    clock,
    signal,
    onOutput,
    onStart: context.onStart,
    limits: { timeLimitMs: context.config.build.timeLimit, silenceLimitMs: context.config.build.silenceLimit },
    holdStdin: true,
  });
  const result = await readResult(paths.result);
  if (outcome.ended !== 'exit') {
    const { text, kind, phase } = explainFailure({ step: 'build', cpv: job.cpv, ...outcome });
    if (kind === 'machinery') return { outcome: 'aborted', text, record: {} };
    return { outcome: 'failed', failure: { kind, text, ...(phase && { phase }) }, record: {} };
  }
  if (!result) {
    const last = outcome.tail.trimEnd().split('\n').at(-1);
    return { outcome: 'aborted', text: `the build's namespace ended without a result: ${last}`, record: {} };
  }
  if (result.outcome === 'built') {
    await addRootFacts(rootJob.packages.upper, await readFile(paths.rootFacts, 'utf8').catch(() => undefined));
    await handOverFiles(rootJob.packages.upper, directory.handOver, await publisherOf(context.config));
  }
  return result;
}

/** --kill-child: whatever ends unshare ends the namespace's first process, and with it every process inside. */
const NAMESPACES = [
  'unshare',
  '--mount',
  '--propagation',
  'private',
  '--mount-proc',
  '--pid',
  '--fork',
  '--kill-child',
  '--',
];

/**
 * Says at the builder's start whether it can work at all.
 *
 * @throws BUILD_MODE_UNAVAILABLE (no root, no namespaces), PROGRAM_MISSING, BUILD_ROOT_FAILED (build.workDir on a file system that cannot hold an upper)
 */
export async function checkOverlayMode(config: Pick<CoordinatorConfig, 'build'>): Promise<void> {
  if (process.geteuid?.() !== 0) {
    throw coordinatorError('BUILD_MODE_UNAVAILABLE', 'build.mode overlay needs root: expected user 0, got another', {
      hint: 'Run the builder as root, or set build.mode = "host" where everything that a build needs is installed.',
    });
  }
  checkPrograms(Object.fromEntries(ENCLOSURE_PROGRAMS.map((name) => [`build.mode = overlay (${name})`, [name]])));
  const obstacle = await namespaceObstacle();
  if (obstacle !== undefined) {
    throw coordinatorError(
      'BUILD_MODE_UNAVAILABLE',
      `build.mode overlay encloses every command: expected '${obstacle.command}' to work, got: ${obstacle.got}`,
      { hint: 'Run the builder where namespaces may be made (no unprivileged container), or set build.mode = "host".' },
    );
  }
  await mkdir(config.build.workDir, { recursive: true, mode: 0o700 });
  if (holdsUpper(config.build.workDir, await mountedFileSystems())) return;
  throw coordinatorError(
    'BUILD_ROOT_FAILED',
    `build.workDir: expected a directory on a real file system, got '${config.build.workDir}' on an overlay`,
    {
      hint: 'An overlay cannot hold the upper layer of another: mount a disk (or a tmpfs) there, or set build.workDir.',
    },
  );
}

async function prepare({ job, config, pool, directory, env, hidden }: AttemptContext): Promise<RootJob> {
  const onStaging = holdsUpper(directory.stagingWork, await mountedFileSystems());
  const base = join(onStaging ? directory.stagingWork : directory.path, 'packages');
  const packages = { lower: join(base, 'published'), upper: join(base, 'new'), work: join(base, 'work') };
  for (const path of [packages.upper, packages.work]) await mkdir(path, { recursive: true, mode: 0o755 });
  await copyPublished(join(config.paths.packages, job.pool), packages.lower);
  return {
    // The lease stays with the builder: nothing inside the build can write under it.
    job: { ...job, leaseToken: '' },
    attemptDir: directory.path,
    packages,
    poolRoot: pool.root,
    poolLines: pool.makeConf,
    poolPortage: pool.portage,
    emerge: config.portage.emerge,
    portageq: config.portage.portageq,
    nice: 0,
    env: { ...env },
    hidden: hiddenPaths(config, hidden),
  };
}

/** What hostile code in a build must not find: secrets, keys, sockets, other builds. */
function hiddenPaths({ paths, publish, build }: CoordinatorConfig, hidden: readonly string[]): string[] {
  const ours = [
    paths.state,
    paths.packages,
    paths.logs,
    paths.run,
    build.workDir,
    publish.gnupgHome,
    ...build.hide,
    ...hidden,
  ];
  return [...new Set([...ours, ...KNOWN_SECRETS])].filter((path) => path.startsWith('/'));
}

const KNOWN_SECRETS = [
  '/etc/binhost-coordinator',
  '/etc/binhost-agent',
  '/var/lib/binhost-agent',
  '/etc/ssh',
  '/etc/ssl/private',
  '/etc/letsencrypt',
  '/etc/wireguard',
  '/etc/openvpn',
  '/etc/wpa_supplicant',
  '/etc/NetworkManager/system-connections',
  '/etc/krb5.keytab',
  '/var/lib/postgresql',
  '/var/lib/mysql',
  '/var/lib/docker',
  '/var/lib/libvirt',
  '/var/cache/binhost',
];

async function readResult(path: string): Promise<BuildResult | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as BuildResult;
  } catch {
    return undefined;
  }
}

function holdsUpper(path: string, mounts: readonly MountedFileSystem[]): boolean {
  return fileSystemOf(path, mounts)?.fsType !== 'overlay';
}

async function mountedFileSystems(): Promise<MountedFileSystem[]> {
  return parseMountinfo(await readFile('/proc/self/mountinfo', 'utf8'));
}

/** The published directory is the publisher's, so its owner is whom the files are for. */
async function publisherOf(config: Pick<CoordinatorConfig, 'paths'>): Promise<{ uid: number; gid: number }> {
  const found = await stat(config.paths.packages).catch(() => stat(config.paths.state));
  return { uid: found.uid, gid: found.gid };
}
