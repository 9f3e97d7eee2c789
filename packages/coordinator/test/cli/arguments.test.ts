import { expect, test } from 'vitest';
import { buildNumber, wordsOf } from '../../src/cli/arguments.ts';

test.each(['1', '12', 7])('%j is the number of a build', (value) => {
  expect(buildNumber(value)).toBe(Number(value));
});

test.each(['0', '-1', '1.5', 'x', '', undefined, '1e400', '../1'])('%j is not', (value) => {
  expect(() => buildNumber(value)).toThrow(expect.objectContaining({ code: 'WRONG_USE' }));
});

test('words are taken one by one or parted by commas', () => {
  const words = wordsOf(['a', 'b'], 'state');
  expect(words(undefined)).toBeUndefined();
  expect(words('a')).toEqual(['a']);
  expect(words('a,b')).toEqual(['a', 'b']);
  expect(words(['a', 'b'])).toEqual(['a', 'b']);
});

test.each(['c', 'a,c', '', ','])('%j names the words that would do', (value) => {
  expect(() => wordsOf(['a', 'b'], 'state')(value)).toThrow(
    expect.objectContaining({ code: 'WRONG_USE', message: expect.stringContaining('--state: expected one of a, b') }),
  );
});
