/**
 * When an aborted build is tried again. An abort is never booked on the package: our machinery failed, or the lease was
 * lost, so the same build may well succeed next time.
 */
export interface RetryPolicy {
  /** Pause after the first abort, milliseconds (`build.retryPause`); doubles with each one in a row. */
  retryPause: number;
  /** After this many aborts in a row the build fails with kind machinery (`build.maxAborts`). */
  maxAborts: number;
}

/** When a build is tried again whose sources could not be fetched. */
export interface FetchPolicy {
  /** Pause after the first time, milliseconds (`build.fetchPause`); doubles with each one in a row. */
  fetchPause: number;
  /** After this many in a row the build fails with kind fetch (`build.maxFetches`). */
  maxFetches: number;
}

export type RetryDecision = { again: true; pauseMs: number } | { again: false };

const LONGEST_PAUSE_MS = 3_600_000;
/** A mirror that was away for hours may be away for a day. */
const LONGEST_FETCH_PAUSE_MS = 12 * 3_600_000;

/** @param abortsInARow at least 1: this one counts */
export function retryAfterAbort(abortsInARow: number, policy: RetryPolicy): RetryDecision {
  if (abortsInARow >= policy.maxAborts) return { again: false };
  return { again: true, pauseMs: growing(policy.retryPause, abortsInARow, LONGEST_PAUSE_MS) };
}

/** @param failuresInARow at least 1: this one counts */
export function retryAfterFetch(failuresInARow: number, policy: FetchPolicy): RetryDecision {
  if (failuresInARow >= policy.maxFetches) return { again: false };
  return { again: true, pauseMs: growing(policy.fetchPause, failuresInARow, LONGEST_FETCH_PAUSE_MS) };
}

function growing(firstMs: number, inARow: number, longestMs: number): number {
  return Math.min(longestMs, firstMs * 2 ** Math.min(inARow - 1, 30));
}
