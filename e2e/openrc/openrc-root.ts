import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/**
 * A root file system of its own with namespaces of its own: the machine's files below, everything written in memory above, a
 * fresh /run, no process but its own. The kernel ends every process in it and undoes every mount as soon as its first process
 * ends, which happens when close() is called and also when the tests die: that process waits for the end of its stdin.
 */
export interface SeparateRoot {
  /** A directory with the same path inside and outside. */
  shared: string;
  /** The path by which we reach a file of the root from outside; absolute links inside don't lead anywhere. */
  outside(path: string): string;
  /** Runs a program inside, with an environment of its own. Never throws because of its exit status. */
  run(argv: readonly string[]): Promise<RootRun>;
  /** The same, @throws where it does not end with 0 */
  must(argv: readonly string[]): Promise<string>;
  /** Shows a file or directory of the machine at a path inside, which exists. */
  bind(from: string, to: string): Promise<void>;
  /** Ends every process inside and waits until all of it is gone. */
  close(): Promise<void>;
}

export interface RootRun {
  exitCode: number | undefined;
  /** stdout and stderr as they came. */
  output: string;
}

const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';
const RUN_LIMIT_MS = 100_000;

/** @throws where the kernel refuses namespaces or overlayfs, with what was tried */
export async function openSeparateRoot(): Promise<SeparateRoot> {
  const base = await mkdtemp(join(tmpdir(), 'binhost-openrc-'));
  await chmod(base, 0o755);
  const shared = join(base, 'shared');
  await mkdir(shared, { mode: 0o755 });
  // A shell, since the first process of a PID namespace must also bury the orphans; it does so while it waits for cat.
  const isolation = ['--mount', '--pid', '--ipc', '--fork', '--kill-child', '--propagation', 'private'];
  const keeper = spawn('unshare', [...isolation, 'sh', '-c', 'cat; exit 0'], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  });
  const close = async () => {
    await endKeeper(keeper);
    await rm(base, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    const first = await firstProcess(keeper);
    const enter = ['--target', String(first), '--mount', '--pid', '--ipc'];
    const directory = join(base, 'root');
    for (const argv of mounts(base, directory)) await runOrThrow(['nsenter', ...enter, ...argv]);
    const run = (argv: readonly string[]) => execute(['nsenter', ...enter, 'chroot', directory, ...argv]);
    return {
      shared,
      outside: (path) => join(`/proc/${first}/root`, directory, path),
      run,
      must: (argv) => runOrThrow(['nsenter', ...enter, 'chroot', directory, ...argv]),
      bind: async (from, to) => {
        await runOrThrow(['nsenter', ...enter, 'mount', '--rbind', from, join(directory, to)]);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The overlay's upper half lies in memory, since it may not lie on the file system that is below. */
function mounts(base: string, directory: string): string[][] {
  const memory = join(base, 'memory');
  const [upper, work] = [join(memory, 'upper'), join(memory, 'work')];
  const shared = join(directory, base, 'shared');
  return [
    ['mkdir', memory, directory],
    ['mount', '-t', 'tmpfs', '-o', 'mode=0755', 'tmpfs', memory],
    ['mkdir', upper, work],
    ['mount', '-t', 'overlay', '-o', `lowerdir=/,upperdir=${upper},workdir=${work}`, 'overlay', directory],
    ['mount', '-t', 'proc', 'proc', join(directory, 'proc')],
    ['mount', '--rbind', '/dev', join(directory, 'dev')],
    ['mount', '-t', 'tmpfs', '-o', 'mode=0755', 'tmpfs', join(directory, 'run')],
    ['mount', '-t', 'tmpfs', '-o', 'mode=1777', 'tmpfs', join(directory, 'tmp')],
    ['mkdir', '-p', shared],
    ['mount', '--bind', join(base, 'shared'), shared],
  ];
}

/** The one child of unshare: process 1 of the new PID namespace, by its number out here. */
async function firstProcess(keeper: ChildProcess): Promise<number> {
  await once(keeper, 'spawn');
  for (let tries = 0; tries < 200 && keeper.exitCode === null; tries += 1) {
    const children = await readFile(`/proc/${keeper.pid}/task/${keeper.pid}/children`, 'utf8');
    const first = Number(children.trim());
    if (first > 0) return first;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`expected unshare to start a process in namespaces of its own, it ended with ${keeper.exitCode}`);
}

async function endKeeper(keeper: ChildProcess): Promise<void> {
  if (keeper.exitCode !== null || keeper.signalCode !== null) return;
  const ended = once(keeper, 'exit');
  keeper.stdin?.end();
  const timer = setTimeout(() => keeper.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(timer);
}

async function execute([program = '', ...args]: readonly string[]): Promise<RootRun> {
  const { exitCode, all, failed, shortMessage } = await execa(program, args, {
    all: true,
    reject: false,
    stdin: 'ignore',
    timeout: RUN_LIMIT_MS,
    env: { PATH, LC_ALL: 'C.UTF-8' },
    extendEnv: false,
  });
  return { exitCode, output: failed && exitCode === undefined ? `${all}\n${shortMessage}` : all };
}

async function runOrThrow(argv: readonly string[]): Promise<string> {
  const { exitCode, output } = await execute(argv);
  if (exitCode !== 0) throw new Error(`${argv.join(' ')} ended with ${exitCode}: ${output}`);
  return output;
}
