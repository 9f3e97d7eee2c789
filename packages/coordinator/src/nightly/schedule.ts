import { sharedError } from '@binhost/shared/errors';
import { Cron } from 'croner';

/** When something is due, by the machine's own time zone. */
export interface Schedule {
  /** The first time after this one, milliseconds since the epoch; undefined: never again. */
  nextMs(afterMs: number): number | undefined;
}

/**
 * Reads a cron expression of five or six fields, or a nickname such as `@daily`.
 *
 * @returns undefined for an empty text: never
 * @throws CONFIG_BAD_VALUE
 */
export function parseSchedule(text: string, key: string): Schedule | undefined {
  if (text.trim() === '') return undefined;
  try {
    // Paused: it only reckons; waiting goes through our clock.
    const cron = new Cron(text, { paused: true });
    return { nextMs: (afterMs) => cron.nextRun(new Date(afterMs))?.getTime() };
  } catch (cause) {
    throw sharedError('CONFIG_BAD_VALUE', `${key}: expected a cron expression, got '${text}'`, {
      hint: "Such as '17 3 * * *' for every night at 3:17; empty for never.",
      cause,
    });
  }
}
