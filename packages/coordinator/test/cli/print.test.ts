import { describe, expect, test } from 'vitest';
import { ago, counts, facts, makePaint, plain, stateText, table, variantText } from '../../src/cli/print.ts';

const paint = makePaint(false);

describe('a table', () => {
  test('has columns as wide as their longest cell and no blanks at line ends', () => {
    expect(
      table(
        ['NODE', 'STATE'],
        [
          ['alpha', 'ok'],
          ['b', 'waiting'],
        ],
        paint,
      ),
    ).toBe('NODE   STATE\nalpha  ok\nb      waiting\n');
  });

  test('is not widened by colours', () => {
    const red = '\u001b[31mfailed\u001b[39m';
    expect(
      table(
        ['A', 'B'],
        [
          [red, 'x'],
          ['longer!', 'y'],
        ],
        paint,
      ),
    ).toBe(`A        B\n${red}   x\nlonger!  y\n`);
  });

  test('may have no rows', () => {
    expect(table(['A', 'B'], [], paint)).toBe('A  B\n');
  });
});

test('colours appear only where they are asked for', () => {
  expect(stateText('failed', paint)).toBe('failed');
  expect(stateText('failed', makePaint(true))).toContain('\u001b[31m');
});

test('facts stand under each other', () => {
  expect(
    facts([
      ['a', '1'],
      ['long', '2'],
    ]),
  ).toBe('a     1\nlong  2\n');
});

test('counts leave out what is nothing', () => {
  expect(counts({ waiting: 2, ready: 0, gone: 1 })).toBe('2 waiting, 1 gone');
  expect(counts({ waiting: 0 })).toBe('none');
});

test('a clock that went back shows no negative time', () => {
  expect(ago(2000, 1000)).toBe('0ms ago');
  expect(ago(1000, 61_000)).toBe('1m ago');
});

test('a variant shows what tells it apart', () => {
  expect(variantText({ useEnabled: ['a', 'b'], bindings: ['x/y:0/1'] })).toBe('USE="a b" x/y:0/1');
  expect(variantText({ useEnabled: [], bindings: [] })).toBe('');
});

test('escape sequences of others never reach the terminal', () => {
  expect(plain('a\u001b[2Jb\u0007\u009bc\td')).toBe('a␛[2Jb␇\ufffdc d');
});
