import { WISH_STATES } from '@binhost/shared/protocol';
import { expect, test } from 'vitest';
import { nextWishState, WISH_TRANSITIONS, type WishEvent } from '../../src/demand/wish-state.ts';

test('every live wish can end, and an ended one never moves', () => {
  for (const state of WISH_STATES) expect(nextWishState(state, 'leave')).toBe(state === 'gone' ? undefined : 'gone');
  expect(WISH_TRANSITIONS.gone).toEqual({});
});

test('no way leads from refused back to a build but the withdrawal of what was published', () => {
  const events = Object.entries(WISH_TRANSITIONS.refused).filter(([, to]) => to === 'waiting');
  expect(events.map(([event]) => event as WishEvent)).toEqual(['withdraw']);
});

test('only a proof makes a wish ready', () => {
  const ways = WISH_STATES.flatMap((state) =>
    Object.entries(WISH_TRANSITIONS[state]).filter(([, to]) => to === 'ready'),
  );
  expect(new Set(ways.map(([event]) => event))).toEqual(new Set(['prove']));
});
