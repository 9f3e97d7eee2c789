import type { Clock } from '@binhost/shared/time';

/**
 * How often something may be tried: per key (an address, a node) and in all. Each key has an allowance of one minute's worth
 * that refills evenly. Bounded memory: a key that was not used for a minute has its full allowance and is forgotten, and of
 * more than `maxKeys` the ones used longest ago are forgotten; what many keys do together is bounded by the allowance of all.
 */
export interface RateLimit {
  /**
   * Takes one from the key's allowance and from that of all.
   *
   * @returns 0 where it may be done; else how long until it may, in milliseconds, and nothing was taken
   */
  take(key: string): number;
  /** Gives one back: what was counted was no attempt of a stranger after all. */
  giveBack(key: string): void;
  /** Keys that are remembered now. */
  size(): number;
}

export interface RateLimitParts {
  perMinute: number;
  perMinuteOfAll: number;
  maxKeys?: number;
  clock: Clock;
}

const MINUTE_MS = 60_000;
const MAX_KEYS = 10_000;

interface Allowance {
  left: number;
  atMs: number;
}

export function makeRateLimit(parts: RateLimitParts): RateLimit {
  const { clock, maxKeys = MAX_KEYS } = parts;
  // in the order of their last use
  const keys = new Map<string, Allowance>();
  let all: Allowance = { left: parts.perMinuteOfAll, atMs: clock.monotonicMs() };

  const ofKey = (key: string, nowMs: number): Allowance =>
    refill(keys.get(key) ?? { left: parts.perMinute, atMs: nowMs }, parts.perMinute, nowMs);
  const remember = (key: string, allowance: Allowance): void => {
    keys.delete(key);
    keys.set(key, allowance);
    for (const [oldest, { atMs }] of keys) {
      if (keys.size <= maxKeys && atMs > allowance.atMs - MINUTE_MS) break;
      keys.delete(oldest);
    }
  };

  return {
    take: (key) => {
      const nowMs = clock.monotonicMs();
      const own = ofKey(key, nowMs);
      all = refill(all, parts.perMinuteOfAll, nowMs);
      const waitMs = Math.max(waitOf(own, parts.perMinute), waitOf(all, parts.perMinuteOfAll));
      if (waitMs === 0) {
        own.left -= 1;
        all.left -= 1;
      }
      remember(key, own);
      return waitMs;
    },
    giveBack: (key) => {
      const nowMs = clock.monotonicMs();
      const own = ofKey(key, nowMs);
      remember(key, { ...own, left: Math.min(parts.perMinute, own.left + 1) });
      all.left = Math.min(parts.perMinuteOfAll, all.left + 1);
    },
    size: () => keys.size,
  };
}

function refill({ left, atMs }: Allowance, perMinute: number, nowMs: number): Allowance {
  return { left: Math.min(perMinute, left + ((nowMs - atMs) * perMinute) / MINUTE_MS), atMs: nowMs };
}

function waitOf({ left }: Allowance, perMinute: number): number {
  return left >= 1 ? 0 : Math.ceil(((1 - left) * MINUTE_MS) / perMinute);
}
