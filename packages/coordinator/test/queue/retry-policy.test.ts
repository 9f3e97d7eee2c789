import { describe, expect, it } from 'vitest';
import { retryAfterAbort } from '../../src/queue/retry-policy.ts';

const MINUTE = 60_000;

describe('retryAfterAbort', () => {
  it('doubles the pause with every abort in a row', () => {
    const policy = { retryPause: MINUTE, maxAborts: 100 };
    expect([1, 2, 3].map((count) => retryAfterAbort(count, policy))).toEqual([
      { again: true, pauseMs: MINUTE },
      { again: true, pauseMs: 2 * MINUTE },
      { again: true, pauseMs: 4 * MINUTE },
    ]);
  });

  it('never pauses longer than an hour', () => {
    expect(retryAfterAbort(90, { retryPause: MINUTE, maxAborts: 100 })).toEqual({ again: true, pauseMs: 60 * MINUTE });
  });

  it('gives up at the last abort that is allowed', () => {
    expect(retryAfterAbort(4, { retryPause: MINUTE, maxAborts: 5 }).again).toBe(true);
    expect(retryAfterAbort(5, { retryPause: MINUTE, maxAborts: 5 }).again).toBe(false);
  });
});
