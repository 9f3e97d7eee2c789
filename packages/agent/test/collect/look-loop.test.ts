import { systemClock } from '@binhost/shared/time';
import { waitFor } from '@binhost/testkit';
import { afterEach, expect, test } from 'vitest';
import { type LookLoop, lookLoop } from '../../src/collect/look-loop.ts';

const limits = { intervalMs: 3_600_000, jitterMs: 0, retryMs: 10, gatherMs: 20, longestMs: 1000 };
let stop = new AbortController();
let ended: Promise<void> = Promise.resolve();

afterEach(async () => {
  stop.abort();
  await ended;
  stop = new AbortController();
});

function start(look: (reason: string) => Promise<{ retrySoon: boolean }>, failures: unknown[] = []): LookLoop {
  const onFailure = (error: unknown): number => failures.push(error);
  const loop = lookLoop({ look, onFailure, limits, clock: systemClock, random: () => 0 });
  ended = loop.run(stop.signal);
  return loop;
}

test('it looks at start, and again when asked', async () => {
  const reasons: string[] = [];
  const loop = start(async (reason) => {
    reasons.push(reason);
    return { retrySoon: false };
  });
  await waitFor(() => reasons.length === 1, { what: 'the first look' });
  loop.ask('a person');
  await waitFor(() => reasons.length === 2, { what: 'the second look' });
  expect(reasons).toEqual(['the agent started', 'a person']);
  expect(loop.next().reason).toBe('on schedule');
});

test('asks that come during a look are gathered into one more, never a second at once', async () => {
  let running = 0;
  let most = 0;
  const reasons: string[] = [];
  let release = (): void => {};
  const loop = start(async (reason) => {
    reasons.push(reason);
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    running -= 1;
    return { retrySoon: false };
  });
  await waitFor(() => reasons.length === 1, { what: 'the first look' });
  for (const reason of ['a', 'b', 'a']) loop.ask(reason);
  release();
  await waitFor(() => reasons.length === 2, { what: 'the second look' });
  release();
  expect(most).toBe(1);
  expect(reasons[1]).toBe('a; b');
});

test('a notice leads to a look', async () => {
  const reasons: string[] = [];
  const loop = start(async (reason) => {
    reasons.push(reason);
    return { retrySoon: false };
  });
  await waitFor(() => reasons.length === 1, { what: 'the first look' });
  loop.notice(4);
  await waitFor(() => reasons.length === 2, { what: 'the look after the notice' });
  expect(reasons[1]).toBe('packages were published');
});

test('a look that lacked something is tried again soon, one that failed is told and does not end the loop', async () => {
  const failures: unknown[] = [];
  let looks = 0;
  start(async () => {
    looks += 1;
    if (looks === 3) throw new Error('broken');
    return { retrySoon: true };
  }, failures);
  await waitFor(() => failures.length === 1, { what: 'the failure' });
  expect(looks).toBe(3);
});
