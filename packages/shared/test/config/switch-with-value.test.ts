import { expect, test } from 'vitest';
import { ownArguments, switchWithValue } from '../../src/config/switch-with-value.ts';

const SWITCHES = /^--?(json|f)=/;

test('a switch with a value is named with what came', () => {
  expect(switchWithValue(['status', '--json=maybe'], SWITCHES)).toBe(
    "expected --json without a value, got '--json=maybe'",
  );
});

test.each([[['status', '--json']], [['log', '--', '--json=x']], [['--config=x']], [[]]])('%j has none', (args) => {
  expect(switchWithValue(args, SWITCHES)).toBeUndefined();
});

test('what stands behind two hyphens is not ours', () => {
  expect(ownArguments(['a', '--', 'b'])).toEqual(['a']);
  expect(ownArguments(['a', 'b'])).toEqual(['a', 'b']);
});
