import { expect, test } from 'vitest';
import { type LeafFacts, whyRenewLeaf } from '../../src/tls/judge-leaf.ts';

const DAY = 24 * 3_600_000;
const nowMs = Date.UTC(2026, 10, 23);
const wanted = ['binhost-coordinator', 'localhost'];
const leaf: LeafFacts = {
  validFromMs: nowMs - DAY,
  validToMs: nowMs + 60 * DAY,
  names: ['binhost-coordinator', 'localhost', 'binhost.lan'],
  isSignedByCa: true,
  fitsItsKey: true,
};
const why = (changed: Partial<LeafFacts>) => whyRenewLeaf({ ...leaf, ...changed }, { wanted, nowMs, lifeMs: 90 * DAY });

test('a certificate with more than a third of its life left stays', () => {
  expect(why({})).toBeUndefined();
  expect(why({ validToMs: nowMs + 30 * DAY })).toBeUndefined();
});

test.each<[Partial<LeafFacts>, string]>([
  [{ validToMs: nowMs + 30 * DAY - 1 }, 'it expires soon'],
  [{ validToMs: nowMs }, 'it has expired'],
  [{ validFromMs: nowMs + 1 }, 'it is not valid yet'],
  [{ isSignedByCa: false }, 'another CA signed it'],
  [{ fitsItsKey: false }, 'it does not fit its key'],
  [{ names: ['localhost'] }, 'it lacks binhost-coordinator'],
])('%j is renewed: %s', (changed, reason) => {
  expect(why(changed)).toBe(reason);
});

test('none at all is made', () => {
  expect(whyRenewLeaf(undefined, { wanted, nowMs, lifeMs: DAY })).toBe('there is none');
});
