import { expect, test } from 'vitest';
import { missedOurIndex } from '../../src/collect/missed-index.ts';

const OURS = 'http://10.0.0.1:8080/packages/default';
const unreachable = (message: string) => [{ code: 'binhost-unreachable', message }];

test('a look that could not reach our binhost has missed its index, by whichever name of the host', () => {
  expect(missedOurIndex(unreachable(`The binhost ours at ${OURS} could not be asked: 404.`), OURS)).toBe(true);
  const byName = 'The binhost http://binhost.lan/packages/default/Packages could not be asked.';
  expect(missedOurIndex(unreachable(byName), OURS)).toBe(true);
});

test("another binhost's absence is no reason to look again when ours publishes", () => {
  expect(missedOurIndex(unreachable('The binhost http://other.lan/amd64 could not be asked.'), OURS)).toBe(false);
});

test('where nobody knows which binhost was unreachable, it may be ours', () => {
  expect(missedOurIndex(unreachable('An old copy of the index of ours was used.'), OURS)).toBe(true);
  expect(missedOurIndex(unreachable('The binhost http://other.lan/amd64 could not be asked.'), null)).toBe(true);
});

test('a look that reached every binhost has missed nothing', () => {
  expect(missedOurIndex([], OURS)).toBe(false);
  expect(missedOurIndex([{ code: 'blocked', message: `${OURS} is named in passing` }], OURS)).toBe(false);
});
