import { waitFor } from '@binhost/testkit';
import type { RunningService } from './run-service.ts';

export interface WaitOptions {
  timeoutMs: number;
  /** What is waited for, for the error. */
  what: string;
  everyMs?: number;
  /** One that ends before the condition holds fails the wait at once, with its last words. */
  services?: RunningService[];
}

/**
 * Waits until the condition gives a value.
 *
 * @throws with the last words of the services where the time limit passes, or one of them ends
 */
export async function waitUntil<T>(condition: () => T | Promise<T>, options: WaitOptions): Promise<NonNullable<T>> {
  const { services = [], everyMs = 100 } = options;
  const dead = (): RunningService | undefined => services.find((service) => service.ended() !== undefined);
  const held = await waitFor(async () => (dead() ? { dead: true as const } : await holds(condition)), {
    ...options,
    everyMs,
  }).catch(async (cause: unknown) => {
    throw new Error(`waited ${options.timeoutMs} ms for ${options.what}\n${await wordsOf(services)}`, { cause });
  });
  if ('value' in held) return held.value;
  const service = dead();
  throw new Error(`${service?.name} ended with ${service?.ended()} before ${options.what}\n${await wordsOf(services)}`);
}

async function holds<T>(condition: () => T | Promise<T>): Promise<{ value: NonNullable<T> } | undefined> {
  const value = await condition();
  return value ? { value } : undefined;
}

async function wordsOf(services: RunningService[]): Promise<string> {
  const words = await Promise.all(
    services.map(async (each) => `--- ${each.name} (${each.logFile})\n${await each.lastWords()}`),
  );
  return words.join('\n');
}
