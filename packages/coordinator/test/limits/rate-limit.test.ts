import { expect, test } from 'vitest';
import { makeRateLimit } from '../../src/limits/rate-limit.ts';

function limitAt(parts: { perMinute?: number; perMinuteOfAll?: number; maxKeys?: number } = {}) {
  let nowMs = 0;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs, sleep: async () => {} };
  const limit = makeRateLimit({ perMinute: 6, perMinuteOfAll: 100, clock, ...parts });
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  return { limit, pass };
}
const times = <T>(count: number, act: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => act(i));

test('a key may do what one minute allows, and is then told how long to wait', () => {
  const { limit } = limitAt();
  expect(times(7, () => limit.take('a'))).toEqual([0, 0, 0, 0, 0, 0, 10_000]);
});

test('an allowance refills evenly, and never above one minute of it', () => {
  const { limit, pass } = limitAt();
  times(6, () => limit.take('a'));
  pass(10_000);
  expect([limit.take('a'), limit.take('a')]).toEqual([0, 10_000]);
  pass(3_600_000);
  expect(times(7, () => limit.take('a')).filter((waitMs) => waitMs === 0)).toHaveLength(6);
});

test('one key never uses up the allowance of another', () => {
  const { limit } = limitAt();
  times(50, () => limit.take('flood'));
  expect(limit.take('other')).toBe(0);
});

test('all keys together are bounded', () => {
  const { limit } = limitAt();
  expect(times(150, (index) => limit.take(`key ${index}`)).filter((waitMs) => waitMs === 0)).toHaveLength(100);
});

test('what is given back may be done again', () => {
  const { limit } = limitAt({ perMinuteOfAll: 6 });
  const waits = times(100, () => {
    const waitMs = limit.take('a');
    limit.giveBack('a');
    return waitMs;
  });
  expect(waits.every((waitMs) => waitMs === 0)).toBe(true);
});

test('giving back never makes an allowance larger than it was', () => {
  const { limit } = limitAt();
  times(100, () => limit.giveBack('a'));
  expect(times(7, () => limit.take('a')).filter((waitMs) => waitMs === 0)).toHaveLength(6);
});

test('it remembers a bounded number of keys', () => {
  const { limit } = limitAt({ maxKeys: 1000, perMinuteOfAll: 1e9 });
  times(100_000, (index) => limit.take(`key ${index}`));
  expect(limit.size()).toBe(1000);
});

test('a key that was not used for a minute is forgotten', () => {
  const { limit, pass } = limitAt();
  times(20, (index) => limit.take(`key ${index}`));
  pass(61_000);
  limit.take('new');
  expect(limit.size()).toBe(1);
});
