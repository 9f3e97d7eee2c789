import { describe, expect, test } from 'vitest';
import { reduceUseText } from '../../src/portage/index.ts';

describe('reduceUseText', () => {
  test.each([
    ['GPL-2 ssl? ( openssl )', 'GPL-2 openssl'],
    ['GPL-2 !ssl? ( openssl ) x? ( a )', 'GPL-2'],
    ['|| ( A ssl? ( B C ) )', '|| ( A ( B C ) )'],
    ['( A ( B ) )', 'A B'],
    ['|| ( x? ( A ) )', ''],
    ['ssl? ( !x? ( A ) )', 'A'],
    ['>=a/b-1:0/2=[c?] !a/b', '>=a/b-1:0/2=[c?] !a/b'],
    ['', ''],
  ])('%j becomes %j with ssl on', (text, expected) => {
    expect(reduceUseText(text, ['ssl'])).toBe(expected);
  });

  test('gives text with unbalanced parentheses back as it was', () => {
    expect(reduceUseText('a ( b', [])).toBe('a ( b');
    expect(reduceUseText('a ) b', [])).toBe('a ) b');
  });
});
