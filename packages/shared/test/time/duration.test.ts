import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../src/time/index.ts';

describe('parseDuration', () => {
  test.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['10m', 600_000],
    ['1.5h', 5_400_000],
    ['2d', 172_800_000],
    [' 10m ', 600_000],
    ['0s', 0],
  ])('%j is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(['', '10', 'm', '10 m', '-5s', '10min', '1h5m', '1e3s', '.5s', '٣s'])('%j is no duration', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('formatDuration', () => {
  test.each([
    [0, '0ms'],
    [999, '999ms'],
    [1000, '1s'],
    [90_000, '1m 30s'],
    [120_000, '2m'],
    [3_900_000, '1h 5m'],
    [90_061_000, '1d 1h'],
    [86_400_000, '1d'],
    [3_601_000, '1h 1s'],
    [59_999, '1m'],
    [999.7, '1s'],
  ])('%d ms is %j', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
