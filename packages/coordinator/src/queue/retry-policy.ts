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

export type RetryDecision = { again: true; pauseMs: number } | { again: false };

const LONGEST_PAUSE_MS = 3_600_000;

/** @param abortsInARow at least 1: this one counts */
export function retryAfterAbort(abortsInARow: number, policy: RetryPolicy): RetryDecision {
  if (abortsInARow >= policy.maxAborts) return { again: false };
  const doublings = Math.min(abortsInARow - 1, 30);
  return { again: true, pauseMs: Math.min(LONGEST_PAUSE_MS, policy.retryPause * 2 ** doublings) };
}
