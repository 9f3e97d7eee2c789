import { expect, test } from 'vitest';
import { isRightSecret } from '../../src/link/right-secret.ts';

test('without a secret nothing is asked for', () => {
  expect(isRightSecret('', undefined)).toBe(true);
  expect(isRightSecret('', 'Bearer anything')).toBe(true);
});

test.each(['Bearer s3cret', 'bearer s3cret', 'Bearer  s3cret'])('%j shows the secret', (header) => {
  expect(isRightSecret('s3cret', header)).toBe(true);
});

test.each([
  undefined,
  '',
  'Bearer',
  'Bearer ',
  's3cret',
  'Basic s3cret',
  'Bearer s3cre',
  'Bearer s3crets',
  'Bearer S3CRET',
])('%j does not', (header) => {
  expect(isRightSecret('s3cret', header)).toBe(false);
});
