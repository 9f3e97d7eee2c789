import { expect, test } from 'vitest';
import { makeTurnstile } from '../../src/tree/turnstile.ts';

test('no more tasks run at a time than there are places, and all of them run', async () => {
  const inTurn = makeTurnstile(2);
  let running = 0;
  let most = 0;
  const task = async (): Promise<number> => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    return running--;
  };
  await Promise.all(Array.from({ length: 9 }, () => inTurn(task)));
  expect({ most, running }).toEqual({ most: 2, running: 0 });
});

test('a task that fails gives its place back', async () => {
  const inTurn = makeTurnstile(1);
  await expect(inTurn(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(inTurn(async () => 'yes')).resolves.toBe('yes');
});
