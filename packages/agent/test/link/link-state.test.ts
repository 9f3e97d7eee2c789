import { expect, test } from 'vitest';
import { LINK_STATES, nextLinkState } from '../../src/link/link-state.ts';

test('the way to online goes through connecting and greeting', () => {
  const states = (['connect', 'opened', 'welcomed'] as const).reduce<string[]>(
    (way, event) => [...way, nextLinkState(way.at(-1) as 'offline', event) ?? 'none'],
    ['offline'],
  );
  expect(states).toEqual(['offline', 'connecting', 'greeting', 'online']);
});

test.each(['connecting', 'greeting', 'online'] as const)('a connection lost while %s leads to offline', (state) => {
  expect(nextLinkState(state, 'lose')).toBe('offline');
});

test('a final refusal is left only by stopping', () => {
  expect(nextLinkState('online', 'refuse')).toBe('refused');
  expect(nextLinkState('refused', 'connect')).toBeUndefined();
  expect(nextLinkState('refused', 'stop')).toBe('stopping');
});

test('stopping is the end of every state', () => {
  for (const state of LINK_STATES)
    expect(nextLinkState(state, 'stop')).toBe(state === 'stopping' ? undefined : 'stopping');
});
