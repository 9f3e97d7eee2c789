import { expect, test } from 'vitest';
import { dueLook, lookPauseMs, scheduleAfterLook, withAsk, withNotice } from '../../src/collect/collect-schedule.ts';

const limits = { gatherMs: 120_000, longestMs: 900_000 };
const quiet = scheduleAfterLook(1000, 3_600_000);

test('a look is due at its regular time', () => {
  expect(dueLook(quiet, limits)).toEqual({ atMs: 3_601_000, reason: 'on schedule' });
});

test('an ask is due at once, and the same ask counts once', () => {
  const asked = withAsk(withAsk(withAsk(quiet, 'asked on this node'), 'a person'), 'a person');
  expect(dueLook(asked, limits)).toEqual({ atMs: 0, reason: 'asked on this node; a person' });
});

test('notices are gathered until none came for a while', () => {
  const once = withNotice(quiet, { nowMs: 10_000, stillBuilding: 3 });
  expect(dueLook(once, limits)).toEqual({ atMs: 130_000, reason: 'packages were published' });
  expect(dueLook(withNotice(once, { nowMs: 100_000, stillBuilding: 2 }), limits).atMs).toBe(220_000);
});

test('a notice waits no longer than the longest pause, however many follow', () => {
  let schedule = quiet;
  for (let nowMs = 10_000; nowMs < 900_000; nowMs += 60_000)
    schedule = withNotice(schedule, { nowMs, stillBuilding: 1 });
  expect(dueLook(schedule, limits).atMs).toBe(910_000);
});

test('a notice behind which nothing builds is due at once', () => {
  const last = withNotice(withNotice(quiet, { nowMs: 10_000, stillBuilding: 1 }), { nowMs: 20_000, stillBuilding: 0 });
  expect(dueLook(last, limits).atMs).toBe(20_000);
});

test('the regular time stands where it comes before that of a notice', () => {
  const soon = scheduleAfterLook(0, 50_000);
  expect(dueLook(withNotice(soon, { nowMs: 10_000, stillBuilding: 1 }), limits).reason).toBe('on schedule');
});

test('the pause has jitter, and is short after a look that lacked something', () => {
  const pause = { intervalMs: 100_000, jitterMs: 10_000, retryMs: 20_000 };
  expect([0, 0.5].map((random) => lookPauseMs(pause, false, random))).toEqual([100_000, 105_000]);
  expect([0, 0.5].map((random) => lookPauseMs(pause, true, random))).toEqual([10_000, 20_000]);
});

test('a retry is never later than the regular look', () => {
  expect(lookPauseMs({ intervalMs: 5000, jitterMs: 0, retryMs: 60_000 }, true, 0.5)).toBe(5000);
});
