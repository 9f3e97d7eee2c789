import { expect, test } from 'vitest';
import { expectedSeconds } from '../../src/plan/expected-seconds.ts';

test('a build is expected to last as long as the last one here, else as on the binhost, else it is unknown', () => {
  const expected = expectedSeconds(new Map([['a/x', 5]]), new Map(Object.entries({ 'a/x': 50, 'a/y': 7 })));
  expect(['a/x', 'a/y', 'a/z'].map(expected)).toEqual([5, 7, undefined]);
});
