import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { execa } from 'execa';

/** binhost-coordinator as a real process, bundled from the source as it is now. */
export interface Program {
  /** Runs it to its end. @param env all that it sees beside PATH */
  run(args: string[], env?: Record<string, string>): Promise<ProgramResult>;
  /** Starts it and leaves it running. */
  start(args: string[], env?: Record<string, string>): RunningProgram;
  remove(): Promise<void>;
}

export interface ProgramResult {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

export interface RunningProgram {
  pid: number;
  /** What it has written to stdout so far. */
  output(): string;
  /** What it has written to stderr so far. */
  log(): string;
  kill(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): void;
  /** Closes its stdin. */
  closeInput(): void;
  ended: Promise<ProgramResult>;
}

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export async function buildProgram(): Promise<Program> {
  // Below the package, so that its libraries are found.
  const cache = join(root, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const outdir = await mkdtemp(join(cache, 'test-program-'));
  // For tests that run it as another user than root.
  await chmod(outdir, 0o755);
  await build({
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    splitting: true,
    logLevel: 'error',
    outdir,
    entryPoints: [join(root, 'src/main.ts')],
    external: await libraries(),
  });
  const start: Program['start'] = (args, env = {}) => running(startProcess([join(outdir, 'main.js'), ...args], env));
  return {
    start,
    run: (args, env) => start(args, env).ended,
    remove: () => rm(outdir, { recursive: true, force: true }),
  };
}

async function libraries(): Promise<string[]> {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
    optionalDependencies: Record<string, string>;
  };
  const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  return names.filter((name) => !name.startsWith('@binhost/'));
}

const OPTIONS = {
  extendEnv: false,
  reject: false,
  stdin: 'pipe',
  stdout: 'pipe',
  stderr: 'pipe',
  timeout: 50_000,
} as const;

function startProcess(args: string[], env: Record<string, string>) {
  return execa(process.execPath, args, { ...OPTIONS, env: { PATH: process.env['PATH'] ?? '', ...env } });
}

function running(child: ReturnType<typeof startProcess>): RunningProgram {
  let output = '';
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  return {
    pid: child.pid ?? 0,
    output: () => output,
    log: () => log,
    kill: (signal) => void child.kill(signal),
    closeInput: () => void child.stdin.end(),
    ended: child.then(({ exitCode, stdout, stderr }) => ({ exitCode, stdout, stderr })),
  };
}
