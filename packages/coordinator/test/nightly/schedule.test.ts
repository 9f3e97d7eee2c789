import { describe, expect, test } from 'vitest';
import { parseSchedule } from '../../src/nightly/schedule.ts';

const NOON_MS = new Date(2026, 0, 1, 12).getTime();

test('an empty text is never', () => {
  expect(parseSchedule('', 'sync.schedule')).toBeUndefined();
  expect(parseSchedule('  ', 'sync.schedule')).toBeUndefined();
});

describe("the next time is reckoned in the machine's own time zone", () => {
  test.each([
    ['17 3 * * *', new Date(2026, 0, 2, 3, 17)],
    ['@hourly', new Date(2026, 0, 1, 13)],
    ['0 12 * * *', new Date(2026, 0, 2, 12)],
  ])('%s', (text, next) => {
    expect(parseSchedule(text, 'sync.schedule')?.nextMs(NOON_MS)).toBe(next.getTime());
  });
});

test.each(['every night', '61 * * * *', '* *'])('%j is refused with an example', (text) => {
  expect(() => parseSchedule(text, 'sync.schedule')).toThrow(
    expect.objectContaining({
      code: 'CONFIG_BAD_VALUE',
      message: `sync.schedule: expected a cron expression, got '${text}'`,
      hint: expect.stringContaining('17 3 * * *'),
    }),
  );
});
