import { once } from 'node:events';
import type { Clock } from '@binhost/shared/time';
import { execa } from 'execa';
import { descendantsOf } from './process-tree.ts';

export interface RunRequest {
  argv: readonly string[];
  /** The whole environment: nothing of ours is added. */
  env: Readonly<Record<string, string>>;
  clock: Clock;
  /** Aborting it kills the process and everything that it started in its process group. */
  signal: AbortSignal;
  /** Output of both streams, as it comes. */
  onOutput: (chunk: Buffer) => void;
  limits?: RunLimits;
  /** Told the process's number, which is also that of its session and group. */
  onStart?: (pid: number) => void;
  /** Whether the process is given a pipe as stdin that closes when we end, however we end. */
  holdStdin?: boolean;
  /**
   * The process waits for a message: called with its number once it says so, and what it resolves to is sent. Where it rejects,
   * the process is ended and counts as not started.
   */
  gate?: (pid: number) => Promise<object>;
}

export interface RunLimits {
  timeLimitMs: number;
  /** It prints nothing for this long. */
  silenceLimitMs: number;
}

export interface RunOutcome {
  ended: 'exit' | 'time-limit' | 'silence-limit' | 'stopped' | 'not-started';
  /** undefined where a signal ended it. */
  exitCode: number | undefined;
  /** The last output, as text. */
  tail: string;
}

/**
 * Runs one command to its end in a process group of its own and kills the whole group at a limit or when told to.
 * It never rejects: a program that cannot be started is an outcome too.
 */
export async function runBuild(request: RunRequest): Promise<RunOutcome> {
  const tail = makeTail();
  const done = new AbortController();
  const child = start(request);
  if (child.pid !== undefined) request.onStart?.(child.pid);
  let ended: RunOutcome['ended'] = 'exit';
  const end = (why: RunOutcome['ended']): void => {
    if (ended === 'exit') ended = why;
    // Before its parents are gone: a process that left the group and the session is known by them alone.
    const descendants = child.pid === undefined ? [] : descendantsOf(child.pid);
    killGroup(child.pid);
    for (const pid of descendants) killOne(pid);
  };
  const onAbort = (): void => end('stopped');
  request.signal.addEventListener('abort', onAbort);
  if (request.signal.aborted) onAbort();
  const watch = watchLimits(request, done.signal, end);
  if (request.gate) {
    passGate(child, request.gate, (error) => {
      tail.add(Buffer.from(error.message));
      end('not-started');
    });
  }
  child.all.on('data', (chunk: Buffer) => {
    watch.heard();
    tail.add(chunk);
    request.onOutput(chunk);
  });
  const result = await settled(child, request.clock);
  request.signal.removeEventListener('abort', onAbort);
  // What outlived its parent in the group goes too: a build must leave no process behind.
  killGroup(child.pid);
  done.abort();
  await watch.finished;
  if (child.pid === undefined) return { ended: 'not-started', exitCode: undefined, tail: result.text };
  return { ended, exitCode: result.exitCode, tail: tail.text() };
}

/** Output that explain-failure.ts looks at; a failing build's last words fit many times over. */
const TAIL_BYTES = 256 * 1024;
/** How long output may still come through a pipe that an escaped grandchild holds open. */
const DRAIN_MS = 2000;

function start({ argv, env, gate, holdStdin = false }: RunRequest) {
  const [file = '', ...args] = argv;
  return execa(file, args, {
    env: { ...env },
    extendEnv: false,
    detached: true,
    buffer: false,
    reject: false,
    all: true,
    stdin: holdStdin ? 'pipe' : 'ignore',
    ipc: gate !== undefined,
  });
}
type Child = ReturnType<typeof start>;

function passGate(child: Child, gate: NonNullable<RunRequest['gate']>, onError: (error: Error) => void): void {
  const { pid } = child;
  if (pid === undefined) return;
  child.once('message', () => {
    gate(pid).then((message) => {
      // The other end may have been ended by a limit meanwhile.
      if (child.connected) child.send(message);
    }, onError);
  });
}

async function settled(child: Child, clock: Clock): Promise<{ exitCode: number | undefined; text: string }> {
  const finished = child.then((result) => ({ exitCode: result.exitCode, text: String(result.shortMessage ?? '') }));
  if (child.pid === undefined) return finished;
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  const drained = new AbortController();
  const late = clock.sleep(DRAIN_MS, drained.signal).then(() => {
    if (drained.signal.aborted) return;
    child.all?.destroy();
    child.stdout?.destroy();
    child.stderr?.destroy();
  });
  child.stdin?.destroy();
  const result = await finished;
  drained.abort();
  await late;
  return result;
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone by itself, or with its group.
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function watchLimits({ clock, limits }: RunRequest, done: AbortSignal, end: (why: RunOutcome['ended']) => void) {
  const startedMs = clock.monotonicMs();
  let heardMs = startedMs;
  const watch = async (bounds: RunLimits): Promise<void> => {
    while (!done.aborted) {
      const now = clock.monotonicMs();
      const timeLeft = startedMs + bounds.timeLimitMs - now;
      const silenceLeft = heardMs + bounds.silenceLimitMs - now;
      if (timeLeft <= 0) return end('time-limit');
      if (silenceLeft <= 0) return end('silence-limit');
      await clock.sleep(Math.min(timeLeft, silenceLeft), done);
    }
  };
  return {
    heard: () => {
      heardMs = clock.monotonicMs();
    },
    finished: limits ? watch(limits) : Promise.resolve(),
  };
}

function makeTail(): { add(chunk: Buffer): void; text(): string } {
  let chunks: Buffer[] = [];
  let size = 0;
  return {
    add(chunk) {
      chunks.push(chunk);
      size += chunk.length;
      if (size < 2 * TAIL_BYTES) return;
      chunks = [Buffer.concat(chunks).subarray(-TAIL_BYTES)];
      size = TAIL_BYTES;
    },
    text: () => Buffer.concat(chunks).subarray(-TAIL_BYTES).toString('utf8'),
  };
}
