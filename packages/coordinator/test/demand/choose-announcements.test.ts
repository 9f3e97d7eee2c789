import { WISH_STATES } from '@binhost/shared/protocol';
import { expect, test } from 'vitest';
import { chooseAnnouncements } from '../../src/demand/choose-announcements.ts';
import { makePublished } from './make-row.ts';

const wishes = WISH_STATES.map((state) => ({ state, variantKey: 'key' }));

test('wishes that are not served yet are announced once their variant is published', () => {
  const { announce, withdraw } = chooseAnnouncements(wishes, new Map([['key', makePublished()]]));
  expect(announce.map(({ wish }) => wish.state)).toEqual(['waiting', 'excluded', 'unbuildable']);
  expect(withdraw).toEqual([]);
});

test('wishes that were served are withdrawn once their package is gone', () => {
  const { announce, withdraw } = chooseAnnouncements(wishes, new Map());
  expect(announce).toEqual([]);
  expect(withdraw.map((wish) => wish.state)).toEqual(['published', 'ready', 'refused']);
});
