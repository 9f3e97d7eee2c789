import { expect, test } from 'vitest';
import { systemClock } from '../../src/time/index.ts';

test('a sleep ends at once when its signal aborts, without an error', async () => {
  const stop = new AbortController();
  const slept = systemClock.sleep(60_000, stop.signal);
  stop.abort();
  await slept;
});

test('a sleep does not begin under an aborted signal', async () => {
  await systemClock.sleep(60_000, AbortSignal.abort());
});

test('a sleep lasts as long as it was asked for, on the clock that never jumps', async () => {
  const beganMs = systemClock.monotonicMs();
  await systemClock.sleep(20);
  expect(systemClock.monotonicMs() - beganMs).toBeGreaterThanOrEqual(19);
});
