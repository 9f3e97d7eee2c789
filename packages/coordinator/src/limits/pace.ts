import type { Clock } from '@binhost/shared/time';

/**
 * How much one peer may make us work: an allowance that refills evenly, from which what was done is taken. It may go below
 * nothing once; then the peer waits until it is made up. So one who sends without end is served at his rate, not at ours.
 */
export interface Pace {
  /** @param amount what was just done @returns how long the peer must wait before its next, in milliseconds; 0: not at all */
  spend(amount: number): number;
}

export function makePace({ perMinute, clock }: { perMinute: number; clock: Clock }): Pace {
  let left = perMinute;
  let atMs = clock.monotonicMs();
  return {
    spend: (amount) => {
      const nowMs = clock.monotonicMs();
      left = Math.min(perMinute, left + ((nowMs - atMs) * perMinute) / MINUTE_MS) - amount;
      atMs = nowMs;
      return left >= 0 ? 0 : Math.ceil((-left * MINUTE_MS) / perMinute);
    },
  };
}

const MINUTE_MS = 60_000;
