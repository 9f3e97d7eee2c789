import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffDelayMs } from '../../src/time/index.ts';

const limits = { firstMs: 1000, maxMs: 60_000 };

test('the ceiling doubles with every attempt', () => {
  expect([0, 1, 2, 3].map((attempt) => backoffDelayMs(attempt, 0.999_999, limits))).toEqual([1000, 2000, 4000, 8000]);
});

test('the delay is chosen evenly from zero', () => {
  expect(backoffDelayMs(3, 0, limits)).toBe(0);
  expect(backoffDelayMs(3, 0.5, limits)).toBe(4000);
});

test('the delay never passes its limit, however many attempts there were', () => {
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.nat(), chance, (attempt, random) => {
      const delayMs = backoffDelayMs(attempt, random, limits);
      expect(delayMs).toBeGreaterThanOrEqual(0);
      expect(delayMs).toBeLessThanOrEqual(limits.maxMs);
    }),
  );
});
