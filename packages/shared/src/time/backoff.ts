/**
 * Full-jitter back-off: a delay chosen evenly between 0 and a ceiling that doubles with every attempt.
 * Evenly from zero, so that a fleet that lost its coordinator in the same second does not return in the same second.
 */
export interface BackoffLimits {
  /** The first ceiling in milliseconds. */
  firstMs: number;
  /** The ceiling never grows past this many milliseconds. */
  maxMs: number;
}

/**
 * @param attempt 0 for the first retry
 * @param random a number in [0, 1)
 * @returns the delay in milliseconds
 */
export function backoffDelayMs(attempt: number, random: number, limits: BackoffLimits): number {
  const ceiling = Math.min(limits.maxMs, limits.firstMs * 2 ** Math.min(attempt, 30));
  return Math.round(random * ceiling);
}
