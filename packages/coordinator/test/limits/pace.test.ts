import { expect, test } from 'vitest';
import { makePace } from '../../src/limits/pace.ts';

test('a peer waits only when it has done more than its share, and only for what was too much', () => {
  let nowMs = 0;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs, sleep: async () => {} };
  const pace = makePace({ perMinute: 600, clock });
  expect([pace.spend(500), pace.spend(100), pace.spend(10)]).toEqual([0, 0, 1000]);
  nowMs += 1000;
  expect(pace.spend(1)).toBe(100);
  nowMs += 3_600_000;
  expect(pace.spend(600)).toBe(0);
});
