import { systemClock } from '@binhost/shared/time';

/**
 * Waits until a condition holds; an error of the condition counts as "not yet".
 *
 * @param condition returns (or resolves to) a truthy value once it holds
 * @param options.everyMs the pause between two asks, 20 unless told
 * @param options.what names what is waited for, in the error
 * @returns what the condition returned
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = 20, what }: { timeoutMs?: number; everyMs?: number; what: string },
): Promise<NonNullable<T>> {
  const deadline = systemClock.monotonicMs() + timeoutMs;
  for (;;) {
    const { value, error } = await ask(condition);
    if (value) return value;
    if (systemClock.monotonicMs() > deadline) {
      throw new Error(`waited ${timeoutMs} ms for ${what}`, error === undefined ? undefined : { cause: error });
    }
    await systemClock.sleep(everyMs);
  }
}

async function ask<T>(condition: () => T | Promise<T>): Promise<{ value?: T; error?: unknown }> {
  try {
    return { value: await condition() };
  } catch (error) {
    return { error };
  }
}
