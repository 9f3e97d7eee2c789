import { expect, test } from 'vitest';
import { NodeReadTokens } from '../../src/access/node-read-tokens.ts';

test('a token is good while its node is connected', () => {
  const tokens = new NodeReadTokens();
  const token = tokens.issue('a');
  expect(tokens.isShown(`Bearer ${token}`)).toBe(true);
  tokens.drop('a');
  expect(tokens.isShown(`Bearer ${token}`)).toBe(false);
});

test('a new connection of the node makes the former token worthless, and none of another node', () => {
  const tokens = new NodeReadTokens();
  const [former, other] = [tokens.issue('a'), tokens.issue('b')];
  const token = tokens.issue('a');
  expect([former, token, other].map((each) => tokens.isShown(`Bearer ${each}`))).toEqual([false, true, true]);
});

test.each([undefined, '', 'Bearer ', 'Bearer x', `Basic ${'x'.repeat(43)}`])('%j shows no token', (header) => {
  const tokens = new NodeReadTokens();
  tokens.issue('a');
  expect(tokens.isShown(header)).toBe(false);
});
