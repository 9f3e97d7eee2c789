import type { Clock } from '@binhost/shared/time';
import {
  type DueLook,
  dueLook,
  type LookSchedule,
  lookPauseMs,
  type NoticeLimits,
  type PauseLimits,
  scheduleAfterLook,
  withAsk,
  withNotice,
} from './collect-schedule.ts';

/**
 * When to look: at start, on schedule with jitter, when asked and after notices. One look at a time: what is asked while one
 * runs is gathered into the next. `look` may fail; that is its own matter to show, the loop goes on.
 */
export interface LookLoopParts {
  /** One look and all that follows from it. */
  look: (reason: string) => Promise<{ retrySoon: boolean }>;
  /** Called with what `look` threw. */
  onFailure: (error: unknown) => void;
  limits: NoticeLimits & PauseLimits;
  clock: Clock;
  /** A number in [0, 1). */
  random: () => number;
}

export interface LookLoop {
  /** Somebody wants a look now. */
  ask(reason: string): void;
  /** Packages were published for this node. */
  notice(stillBuilding: number): void;
  /** The next look, on the wall clock. */
  next(): DueLook;
  /** Runs until the signal; resolves when the last look has ended. */
  run(signal: AbortSignal): Promise<void>;
}

export function lookLoop({ look, onFailure, limits, clock, random }: LookLoopParts): LookLoop {
  let schedule: LookSchedule = withAsk(scheduleAfterLook(clock.monotonicMs(), limits.intervalMs), 'the agent started');
  let wake = new AbortController();

  const change = (changed: LookSchedule): void => {
    schedule = changed;
    wake.abort();
  };
  const runOne = async (reason: string): Promise<void> => {
    // Before the look: what is asked or noticed while it runs is not seen by it, and belongs to the next.
    schedule = scheduleAfterLook(clock.monotonicMs(), limits.intervalMs);
    let retrySoon = false;
    try {
      retrySoon = (await look(reason)).retrySoon;
    } catch (error) {
      onFailure(error);
    }
    schedule = { ...schedule, regularAtMs: clock.monotonicMs() + lookPauseMs(limits, retrySoon, random()) };
  };
  return {
    ask: (reason) => change(withAsk(schedule, reason)),
    notice: (stillBuilding) => change(withNotice(schedule, { nowMs: clock.monotonicMs(), stillBuilding })),
    next: () => {
      const due = dueLook(schedule, limits);
      const inMs = Math.max(0, due.atMs - clock.monotonicMs());
      return { reason: due.reason, atMs: Math.round(clock.nowMs() + inMs) };
    },
    run: async (signal) => {
      signal.addEventListener('abort', () => wake.abort(), { once: true });
      while (!signal.aborted) {
        const due = dueLook(schedule, limits);
        const waitMs = due.atMs - clock.monotonicMs();
        if (waitMs <= 0) await runOne(due.reason);
        else {
          wake = new AbortController();
          await clock.sleep(Math.min(waitMs, LONGEST_SLEEP_MS), wake.signal);
        }
      }
    },
  };
}

/** Timers past 2^31 ms fire at once, and a suspended machine should notice soon that its time has come. */
const LONGEST_SLEEP_MS = 60_000;
