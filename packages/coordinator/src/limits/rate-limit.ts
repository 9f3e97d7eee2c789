import type { Clock } from '@binhost/shared/time';

/**
 * How often something may be tried: per key (an address, a node) and in all. Each key has an allowance
 * that refills evenly. Bounded memory: a key whose allowance is surely full again is forgotten, and of
 * more than `maxKeys` the ones used longest ago are forgotten; what many keys do together is bounded by the allowance of all.
 */
export interface RateLimit {
  /**
   * Takes one, or `amount`, from the key's allowance and from that of all.
   *
   * @returns 0 where it may be done; else how long until it may, in milliseconds, and nothing was taken
   */
  take(key: string, amount?: number): number;
  /** Gives one back: what was counted was no attempt of a stranger after all. */
  giveBack(key: string): void;
  /** Keys that are remembered now. */
  size(): number;
}

export interface RateLimitParts {
  perMinute: number;
  /** What a key may do at once; left out: one minute's worth. */
  burst?: number;
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
  const { clock, maxKeys = MAX_KEYS, burst = parts.perMinute } = parts;
  const fullAfterMs = (burst / parts.perMinute) * MINUTE_MS;
  // in the order of their last use
  const keys = new Map<string, Allowance>();
  let all: Allowance = { left: parts.perMinuteOfAll, atMs: clock.monotonicMs() };

  const ofAll = { perMinute: parts.perMinuteOfAll, burst: parts.perMinuteOfAll };
  const ofKey = (key: string, nowMs: number): Allowance =>
    refill(keys.get(key) ?? { left: burst, atMs: nowMs }, { ...parts, burst }, nowMs);
  const remember = (key: string, allowance: Allowance): void => {
    keys.delete(key);
    keys.set(key, allowance);
    for (const [oldest, { atMs }] of keys) {
      if (keys.size <= maxKeys && atMs > allowance.atMs - fullAfterMs) break;
      keys.delete(oldest);
    }
  };

  return {
    take: (key, amount = 1) => {
      const nowMs = clock.monotonicMs();
      const own = ofKey(key, nowMs);
      all = refill(all, ofAll, nowMs);
      const waitMs = Math.max(waitOf(own, amount, parts.perMinute), waitOf(all, amount, ofAll.perMinute));
      if (waitMs === 0) {
        own.left -= amount;
        all.left -= amount;
      }
      remember(key, own);
      return waitMs;
    },
    giveBack: (key) => {
      const nowMs = clock.monotonicMs();
      const own = ofKey(key, nowMs);
      remember(key, { ...own, left: Math.min(burst, own.left + 1) });
      all.left = Math.min(parts.perMinuteOfAll, all.left + 1);
    },
    size: () => keys.size,
  };
}

function refill(
  { left, atMs }: Allowance,
  { perMinute, burst }: { perMinute: number; burst: number },
  nowMs: number,
): Allowance {
  return { left: Math.min(burst, left + ((nowMs - atMs) * perMinute) / MINUTE_MS), atMs: nowMs };
}

function waitOf({ left }: Allowance, amount: number, perMinute: number): number {
  return left >= amount ? 0 : Math.ceil(((amount - left) * MINUTE_MS) / perMinute);
}
