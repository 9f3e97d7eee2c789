import { constants, setPriority } from 'node:os';
import type { Readable } from 'node:stream';
import type { Clock } from '@binhost/shared/time';
import { childEnvironment } from '../config/child-environment.ts';

/**
 * The one door to other programs. In: an argv and its limits. Out: how the program ended, as a value; it never throws for
 * what a program does. Called by the edges of collect and prove.
 *
 * The program gets no stdin but what it is given, no shell and a process group of its own, so that what it started is ended with it.
 */
export interface ProgramRun {
  /** The program and its arguments. */
  argv: readonly string[];
  /** Added to the agent's own environment. */
  env?: Record<string, string>;
  /** What it reads on stdin; absent: it has none. */
  input?: string;
  /** Also ends what a program that ended well left running in its group. */
  endsGroup?: boolean;
  timeLimitMs: number;
  /** stdout and stderr together; a program that prints more is ended. */
  maxOutputBytes: number;
  /** 0 to 19 */
  nice: number;
  clock: Clock;
  signal?: AbortSignal | undefined;
}

/** What was printed until the program ended; whole in every case but `too-much-output`. */
interface Printed {
  stdout: string;
  stderr: string;
}

export type ProgramOutcome =
  | ({ kind: 'ended'; exitCode: number } & Printed)
  | ({ kind: 'timed-out'; limitMs: number } & Printed)
  | ({ kind: 'too-much-output'; maxBytes: number } & Printed)
  | ({ kind: 'signalled'; signal: string } & Printed)
  | ({ kind: 'stopped' } & Printed)
  | ({ kind: 'missing'; program: string; why: string } & Printed);

type EndedBy = 'timed-out' | 'too-much-output' | 'stopped';

const KILL_AFTER_MS = 5000;

export async function runProgram(run: ProgramRun): Promise<ProgramOutcome> {
  const child = await start(run);
  if (child.pid !== undefined) beNice(child.pid, run.nice);
  const guard = guardLimits(child, run);
  const printed = collectOutput(child, run.maxOutputBytes, guard.end);
  const result = await child.ended;
  guard.release();
  return outcomeOf(run, { result, endedBy: guard.endedBy(), printed: printed() });
}

interface Child {
  pid: number | undefined;
  stdout: Readable | null;
  stderr: Readable | null;
  /** Resolves when the program has ended and its output is closed; never rejects. */
  ended: Promise<{
    exitCode?: number | undefined;
    signal?: string | undefined;
    code?: string | undefined;
    originalMessage?: string | undefined;
  }>;
}

async function start(run: ProgramRun): Promise<Child> {
  // Loaded when first needed: it costs an idle agent 8 MB.
  const { execa } = await import('execa');
  const [program = '', ...args] = run.argv;
  const child = execa(program, args, {
    extendEnv: false,
    env: { ...childEnvironment(), ...run.env },
    ...(run.input === undefined ? { stdin: 'ignore' as const } : { input: run.input }),
    buffer: false,
    reject: false,
    detached: true,
    encoding: 'buffer',
  });
  return { pid: child.pid, stdout: child.stdout, stderr: child.stderr, ended: child.then((result) => result) };
}

/** Before the program forks, so that all it starts inherit it; not being allowed to is no reason to fail. */
function beNice(pid: number, nice: number): void {
  try {
    setPriority(pid, Math.min(nice, constants.priority.PRIORITY_LOW));
  } catch {
    // The program may have ended already.
  }
}

/** Ends the process group at the time limit, on abort, or when told to; the first reason wins. */
function guardLimits(child: Child, run: ProgramRun) {
  let endedBy: EndedBy | undefined;
  const released = new AbortController();
  const after = async (ms: number, act: () => void): Promise<void> => {
    await run.clock.sleep(ms, released.signal);
    if (!released.signal.aborted) act();
  };
  const end = (reason: EndedBy): void => {
    if (endedBy) return;
    endedBy = reason;
    killGroup(child.pid, 'SIGTERM');
    void after(KILL_AFTER_MS, () => killGroup(child.pid, 'SIGKILL'));
  };
  const onAbort = (): void => end('stopped');
  void after(run.timeLimitMs, () => end('timed-out'));
  if (run.signal?.aborted) end('stopped');
  run.signal?.addEventListener('abort', onAbort);
  const release = (): void => {
    released.abort();
    run.signal?.removeEventListener('abort', onAbort);
    // What the program left running in its group must not outlive it.
    if (endedBy || run.endsGroup) killGroup(child.pid, 'SIGKILL');
  };
  return { end, release, endedBy: () => endedBy };
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}

function collectOutput(child: Child, maxBytes: number, end: (reason: EndedBy) => void): () => Printed {
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  let total = 0;
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.on('data', (chunk: Buffer) => {
      const room = maxBytes - total;
      if (room > 0) chunks[name].push(chunk.length > room ? chunk.subarray(0, room) : chunk);
      total += chunk.length;
      if (total > maxBytes) end('too-much-output');
    });
  }
  const text = (list: Buffer[]): string => Buffer.concat(list).toString('utf8');
  return () => ({ stdout: text(chunks.stdout), stderr: text(chunks.stderr) });
}

interface Ended {
  result: Awaited<Child['ended']>;
  endedBy: EndedBy | undefined;
  printed: Printed;
}

function outcomeOf(run: ProgramRun, { result, endedBy, printed }: Ended): ProgramOutcome {
  if (endedBy === 'timed-out') return { kind: 'timed-out', limitMs: run.timeLimitMs, ...printed };
  if (endedBy === 'too-much-output') return { kind: 'too-much-output', maxBytes: run.maxOutputBytes, ...printed };
  if (endedBy === 'stopped') return { kind: 'stopped', ...printed };
  if (result.exitCode !== undefined) return { kind: 'ended', exitCode: result.exitCode, ...printed };
  if (result.signal !== undefined) return { kind: 'signalled', signal: result.signal, ...printed };
  const why = result.code === 'ENOENT' ? 'no such program' : (result.originalMessage ?? 'it could not be started');
  return { kind: 'missing', program: run.argv[0] ?? '', why, ...printed };
}

/** One sentence on an outcome other than an ordinary end, for people; what to do stands in it where we know. */
export function explainOutcome(outcome: ProgramOutcome, name: string): string {
  switch (outcome.kind) {
    case 'ended':
      return `${name} ended with exit status ${outcome.exitCode}: ${lastLine(outcome) || 'it printed nothing'}`;
    case 'timed-out':
      return `${name} took longer than ${Math.round(outcome.limitMs / 1000)} s and was ended`;
    case 'too-much-output':
      return `${name} printed more than ${outcome.maxBytes} bytes and was ended`;
    case 'signalled':
      return `${name} was ended by ${outcome.signal}`;
    case 'stopped':
      return `${name} was ended because the agent stops`;
    case 'missing':
      return `${name} could not be started: '${outcome.program}': ${outcome.why}`;
  }
}

function lastLine({ stdout, stderr }: Printed): string {
  const lines = `${stdout}\n${stderr}`.split('\n').map((line) => line.trim());
  return lines.findLast((line) => line !== '')?.slice(0, 300) ?? '';
}
