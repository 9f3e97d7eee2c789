import { expect, test } from 'vitest';
import { distance, table } from '../../src/cli/print.ts';
import { plainRunArguments } from '../../src/cli/run-arguments.ts';

test('a plain run is understood without the full parser', () => {
  expect(plainRunArguments(['run'])).toEqual({ config: undefined, readyFd: undefined });
  expect(plainRunArguments(['run', '--config', '/x', '--ready-fd=3'])).toEqual({ config: '/x', readyFd: 3 });
});

test.each([
  [[]],
  [['status']],
  [['run', '--help']],
  [['run', 'extra']],
  [['run', '--ready-fd', 'x']],
  [['run', '--ready-fd', '']],
  [['run', '--ready-fd', '3', '--ready-fd', '4']],
  [['run', '--config']],
  [['run', '--config', '']],
  [['run', '--config', 'a', '--config', 'b']],
])('%j is left to the full parser', (args) => {
  expect(plainRunArguments(args)).toBeUndefined();
});

test('columns are as wide as their widest cell', () => {
  expect(
    table(
      [
        ['a', 'bb', 'c'],
        ['aaa', 'b', ''],
      ],
      '  ',
    ),
  ).toBe('  a    bb  c\n  aaa  b\n');
});

test.each([
  [1000, 61_000, '1m ago'],
  [61_000, 1000, 'in 1m'],
  [1000, 1500, 'now'],
])('%i seen from %i is %s', (atMs, nowMs, text) => {
  expect(distance(atMs, nowMs)).toBe(text);
});
