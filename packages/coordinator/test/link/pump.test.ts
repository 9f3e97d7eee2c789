import { expect, test } from 'vitest';
import { makePump } from '../../src/link/pump.ts';

/** A pump whose runs are let go one by one. */
function heldPump() {
  const release: (() => void)[] = [];
  const errors: unknown[] = [];
  const pump = makePump(
    () => new Promise<void>((resolve) => release.push(resolve)),
    (error) => errors.push(error),
  );
  return { pump, release, errors };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('wakes during a run lead to exactly one more run', async () => {
  const { pump, release } = heldPump();
  pump.wake();
  pump.wake();
  pump.wake();
  expect(release).toHaveLength(1);
  release[0]?.();
  await settled();
  expect(release).toHaveLength(2);
  release[1]?.();
  await pump.idle();
  expect(release).toHaveLength(2);
});

test('a wake after a run begins the next', async () => {
  const { pump, release } = heldPump();
  pump.wake();
  release[0]?.();
  await pump.idle();
  pump.wake();
  expect(release).toHaveLength(2);
});

test('a run that fails is reported and stops nothing', async () => {
  const errors: unknown[] = [];
  let runs = 0;
  const pump = makePump(
    async () => {
      runs += 1;
      if (runs === 1) throw new Error('away');
    },
    (error) => errors.push(error),
  );
  pump.wake();
  await pump.idle();
  pump.wake();
  await pump.idle();
  expect(runs).toBe(2);
  expect(errors).toEqual([new Error('away')]);
});

test('after stop no run begins, and stop waits for the one that runs', async () => {
  const { pump, release } = heldPump();
  pump.wake();
  pump.wake();
  let isStopped = false;
  const stopped = pump.stop().then(() => {
    isStopped = true;
  });
  await settled();
  expect(isStopped).toBe(false);
  release[0]?.();
  await stopped;
  pump.wake();
  expect(release).toHaveLength(1);
});
