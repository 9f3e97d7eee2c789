import { mkdtemp, readdir, readFile, realpath, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { packageDirectory } from '../config/package-directory.ts';
import { coordinatorError } from '../coordinator-errors.ts';
import { type EnclosedProcess, enclosedArgv, enclosureSteps, loopbackArgv, stepMounts } from './enclosure.ts';
import { ROOT_PATHS } from './make-conf.ts';
import { fileSystemOf, parseMountinfo } from './mountinfo.ts';
import { descendantsOf } from './process-tree.ts';
import { resolveInRoot } from './run-mounts.ts';

/** The build root that commands are to run in; it is mounted already. */
export interface Enclosure {
  /** Where it lies, for a process outside. */
  root: string;
  /** A directory of the attempt that no build sees. */
  directory: string;
}

/** What the process that waits is sent once its root is in place. */
export interface EnclosedCommand {
  argv: readonly string[];
  env: Readonly<Record<string, string>>;
}

/** How to start the process that waits; whoever starts it calls closeIn when it says that it does, and sends it the command. */
export function waitingArgv(network: boolean): string[] {
  return enclosedArgv([process.execPath, join(packageDirectory(), 'bin/enclosed-command.js')], network);
}

/**
 * Puts the waiting process into the build root: afterwards nothing else of this machine is left in its namespaces.
 *
 * @param pid of unshare, whose only child waits
 * @throws BUILD_ROOT_FAILED naming the command that failed
 */
export async function closeIn(pid: number, network: boolean, { root, directory }: Enclosure): Promise<void> {
  const [inside] = descendantsOf(pid);
  if (inside === undefined) throw failure('unshare', 'the process that waits is gone');
  const waiting: EnclosedProcess = { pid: inside, ownNetwork: !network };
  const machine = parseMountinfo(await readFile('/proc/self/mountinfo', 'utf8'));
  const oldRoot = await mkdtemp(join(root, '.old-'));
  try {
    const mounts = {
      root,
      oldRoot,
      distfiles: await resolveInRoot(root, ROOT_PATHS.distfiles),
      fstab: join(directory, 'fstab'),
      procNames: await readdir('/proc'),
      hasSys: machine.some(({ mountPoint, fsType }) => mountPoint === '/sys' && fsType === 'sysfs'),
      programMount: fileSystemOf(await realpath(process.execPath), machine)?.mountPoint ?? '/',
    };
    await writeFile(mounts.fstab, stepMounts(mounts));
    for (const argv of enclosureSteps(waiting, mounts)) await run(argv);
    // Without iproute2 the loopback stays down: a test suite may miss it, nothing is opened by that.
    if (waiting.ownNetwork) await execa(...split(loopbackArgv(waiting)), { reject: false, stdin: 'ignore' });
  } finally {
    await rmdir(oldRoot).catch(() => undefined);
  }
}

/** Runs one command inside to its end and takes what it prints. */
export async function askEnclosed(enclosure: Enclosure, command: EnclosedCommand, timeoutMs: number) {
  const child = execa(...split(waitingArgv(false)), {
    env: { ...command.env },
    extendEnv: false,
    cwd: '/',
    reject: false,
    stdin: 'ignore',
    ipc: true,
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  child.once('message', () => {
    closeIn(child.pid as number, false, enclosure).then(
      () => child.send({ ...command }),
      () => child.kill('SIGKILL'),
    );
  });
  const { exitCode, stdout, stderr, shortMessage } = await child;
  return { exitCode, stdout, stderr, shortMessage };
}

async function run(argv: readonly string[]): Promise<void> {
  const result = await execa(...split(argv), { reject: false, stdin: 'ignore' });
  if (result.exitCode !== 0) throw failure(argv.join(' '), result.stderr || String(result.shortMessage));
}

function failure(command: string, got: string): Error {
  return coordinatorError('BUILD_ROOT_FAILED', `expected '${command}' to close the build root, got: ${got}`, {
    hint: 'The builder needs root, util-linux, and the right to make namespaces; build.mode = host works without.',
  });
}

function split([file = '', ...args]: readonly string[]): [string, string[]] {
  return [file, args];
}
