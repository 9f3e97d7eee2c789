import { backoffDelayMs, type Clock } from '@binhost/shared/time';
import { execa } from 'execa';
import type { Logger } from '../log.ts';

export interface ChildProgram {
  name: string;
  /** Executable and arguments. */
  command: string[];
  clock: Clock;
  log: Logger;
  /** Stops it for good. */
  signal: AbortSignal;
  /** A number in [0, 1). */
  random: () => number;
}

/** How long a child may take to stop before it is killed: a builder ends its build first. */
const STOP_TIMEOUT_MS = 60_000;
const RESTART = { firstMs: 1000, maxMs: 60_000 };
/** A child that lived this long is restarted as if for the first time. */
const STEADY_MS = 60_000;

/**
 * Keeps a child process running until the signal aborts: starts it again with a growing pause when it dies. The child holds
 * the other end of its stdin, which closes with us however we end.
 */
export async function runChildProgram(program: ChildProgram): Promise<void> {
  const { name, clock, signal } = program;
  const log = program.log.child({ child: name });
  for (let deaths = 0; !signal.aborted; deaths += 1) {
    const startedMs = clock.monotonicMs();
    const ending = await runOnce(program, log);
    if (signal.aborted) return;
    if (clock.monotonicMs() - startedMs > STEADY_MS) deaths = 0;
    const pauseMs = Math.max(RESTART.firstMs, backoffDelayMs(deaths, program.random(), RESTART));
    log.error({ ...ending, pauseMs }, 'child process died, starting it again');
    await clock.sleep(pauseMs, signal);
  }
}

async function runOnce(
  { command: [file = '', ...args], signal }: ChildProgram,
  log: Logger,
): Promise<{ exitCode: number | undefined; signal: string | undefined }> {
  const child = execa(file, args, {
    stdin: 'pipe',
    stdout: 'inherit',
    stderr: 'inherit',
    reject: false,
    // A group of its own: Ctrl-C reaches us alone, and we stop our children in order.
    detached: true,
    cleanup: true,
    cancelSignal: signal,
    forceKillAfterDelay: STOP_TIMEOUT_MS,
    // Of the commands alone: no child has use for it.
    env: { BINHOST_COORDINATOR_TOKEN: undefined },
  });
  log.info({ pid: child.pid }, 'child process started');
  const { exitCode, signal: bySignal } = await child;
  return { exitCode, signal: bySignal };
}
