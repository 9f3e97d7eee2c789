import type { Clock } from '@binhost/shared/time';

/** Lets one loop or several sleep until a time has passed or somebody wakes them. */
export interface WakeUp {
  /** How often anybody was woken so far. Taken before one looks for work, it makes a wake during the look count. */
  count(): number;
  /** Resolves after `ms` milliseconds, when woken, or when the signal aborts; at once where somebody woke since `count`. */
  wait(count: number, ms: number, signal: AbortSignal): Promise<void>;
  /** Wakes all that wait now, and all that look for work now. */
  wake(): void;
}

export function makeWakeUp(clock: Clock): WakeUp {
  let waiting = new AbortController();
  let wakes = 0;
  return {
    count: () => wakes,
    async wait(count, ms, signal) {
      if (count === wakes) await clock.sleep(ms, AbortSignal.any([waiting.signal, signal]));
    },
    wake() {
      wakes += 1;
      waiting.abort();
      waiting = new AbortController();
    },
  };
}
