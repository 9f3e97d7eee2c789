import type { Clock } from '@binhost/shared/time';

/** Lets one loop or several sleep until a time has passed or somebody wakes them. */
export interface WakeUp {
  /** Resolves after `ms` milliseconds, when woken, or when the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** Wakes all that wait now. */
  wake(): void;
}

export function makeWakeUp(clock: Clock): WakeUp {
  let waiting = new AbortController();
  return {
    wait: (ms, signal) => clock.sleep(ms, AbortSignal.any([waiting.signal, signal])),
    wake() {
      waiting.abort();
      waiting = new AbortController();
    },
  };
}
