import { expect, test } from 'vitest';
import { revisionMs } from '../../src/tree/repository-revision.ts';

test.each([
  ['0123456789abcdef0123456789abcdef01234567 1767225600 2026-01-01T00:00:00Z', 1_767_225_600_000],
  ['Thu, 01 Jan 2026 00:00:00 +0000', 1_767_225_600_000],
  ['never', undefined],
])('%s names its moment', (revision, expected) => {
  expect(revisionMs(revision)).toBe(expected);
});
