import { expect, test } from 'vitest';
import { BinhostError, errorSentence, errorsOf, SHARED_ERRORS, sharedError } from '../../src/errors/index.ts';

test('an error carries its code, its hint, its fields and its cause', () => {
  const cause = new Error('disk full');
  const error = sharedError('CONFIG_BAD_VALUE', 'expected a, got b', { hint: 'Write a.', detail: { key: 'x' }, cause });
  expect(error).toBeInstanceOf(BinhostError);
  expect(error).toMatchObject({ code: 'CONFIG_BAD_VALUE', hint: 'Write a.', detail: { key: 'x' }, retryable: false });
  expect(error.cause).toBe(cause);
});

test('an error without more facts has none', () => {
  const error = errorsOf({ A: 'a' })('A', 'text');
  expect(error).toMatchObject({ hint: undefined, detail: {}, retryable: false });
  expect('cause' in error).toBe(false);
});

test('the sentence for a terminal is the message with the hint below it', () => {
  expect(errorSentence(sharedError('CONFIG_BAD_VALUE', 'expected a', { hint: 'Write a.' }))).toBe(
    'expected a\n  Write a.',
  );
  expect(errorSentence(sharedError('CONFIG_BAD_VALUE', 'expected a'))).toBe('expected a');
  expect(errorSentence(new TypeError('oops'))).toBe('oops');
  expect(errorSentence('thrown text')).toBe('thrown text');
});

test('every shared code is in capitals and explained in a sentence', () => {
  for (const [code, meaning] of Object.entries(SHARED_ERRORS)) {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)+$/);
    expect(meaning).toMatch(/^[A-Z].*\.$/);
  }
});
