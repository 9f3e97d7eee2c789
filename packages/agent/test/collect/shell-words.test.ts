import { expect, test } from 'vitest';
import { splitShellWords } from '../../src/collect/shell-words.ts';

test.each([
  ['', []],
  ['  --ask \t--jobs=4\n', ['--ask', '--jobs=4']],
  [`--exclude "a/b c/d" 'it''s'`, ['--exclude', 'a/b c/d', 'its']],
  ['a\\ b "c\\"d" "e\\f"', ['a b', 'c"d', 'e\\f']],
  [`EMPTY='' NEXT=x`, ['EMPTY=', 'NEXT=x']],
  [`CFLAGS='-O2\n-pipe'`, ['CFLAGS=-O2\n-pipe']],
])('%j is split as a shell would', (text, words) => {
  expect(splitShellWords(text)).toEqual(words);
});

test.each(['"open', "'open", 'open\\'])('%j cannot be read', (text) => {
  expect(splitShellWords(text)).toBeUndefined();
});

test('takes linear time on a long text', () => {
  expect(splitShellWords('x'.repeat(1_000_000))).toEqual(['x'.repeat(1_000_000)]);
});
