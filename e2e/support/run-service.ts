import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** A program of ours that runs until it is stopped. Both its streams go to one log file. */
export interface RunningService {
  name: string;
  pid: number;
  logFile: string;
  /** undefined while it runs; afterwards its exit status, or the signal that ended it. */
  ended(): number | NodeJS.Signals | undefined;
  /** The last lines of its log. */
  lastWords(lines?: number): Promise<string>;
  /** Sends SIGTERM and waits; what still runs after `graceMs` is killed. @returns its exit status or signal */
  stop(graceMs?: number): Promise<number | NodeJS.Signals>;
}

export interface ServiceCommand {
  name: string;
  argv: string[];
  env?: Record<string, string>;
  cwd: string;
  logFile: string;
}

/** @throws where the program cannot be started */
export async function runService({ name, argv, env, cwd, logFile }: ServiceCommand): Promise<RunningService> {
  const log = openSync(logFile, 'a');
  const [program = '', ...args] = argv;
  // A group of its own: Ctrl-C in the terminal reaches only the demo, which then stops everything in order.
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  const exit = exitOf(child);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => reject(new Error(`expected to start ${name}: ${cause.message}`, { cause })));
  });
  let end: number | NodeJS.Signals | undefined;
  void exit.then((how) => {
    end = how;
  });
  return {
    name,
    pid: child.pid ?? 0,
    logFile,
    ended: () => end,
    lastWords: (lines = 15) => lastLines(logFile, lines),
    stop: (graceMs = 15_000) => stop(child, exit, graceMs),
  };
}

function exitOf(child: ChildProcess): Promise<number | NodeJS.Signals> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 1));
    child.once('error', () => resolve(1));
  });
}

async function stop(child: ChildProcess, exit: Promise<number | NodeJS.Signals>, graceMs: number) {
  if (child.exitCode !== null || child.signalCode !== null) return exit;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  try {
    return await exit;
  } finally {
    clearTimeout(timer);
  }
}

async function lastLines(file: string, lines: number): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}
