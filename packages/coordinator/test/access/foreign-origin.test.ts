import { expect, test } from 'vitest';
import { isForeignOrigin } from '../../src/access/foreign-origin.ts';

const host = 'binhost:8443';

test.each([
  ['of our own page', { origin: 'https://binhost:8443', 'sec-fetch-site': 'same-origin' }, false],
  ['of a program that is no browser', {}, false],
  ['that a person typed', { 'sec-fetch-site': 'none' }, false],
  ['of another host', { origin: 'https://evil.example' }, true],
  ['of another port of this host', { origin: 'https://binhost' }, true],
  ['of a page without an origin of its own', { origin: 'null' }, true],
  ['with an origin that only begins like ours', { origin: 'https://binhost:8443.evil.example' }, true],
  ['with our name as the login of another host', { origin: 'https://binhost:8443@evil.example' }, true],
  ['of a neighbour on the same site', { 'sec-fetch-site': 'same-site' }, true],
  ['of another site', { 'sec-fetch-site': 'cross-site' }, true],
])('a request %s is foreign: %j', (_what, headers, isForeign) => {
  expect(isForeignOrigin({ host, ...headers }, [], false)).toBe(isForeign);
});

test('a link from another site may lead to a page, not to a deed', () => {
  const headers = { host, 'sec-fetch-site': 'cross-site' };
  expect([isForeignOrigin(headers, [], true), isForeignOrigin(headers, [], false)]).toEqual([false, true]);
});

test('an origin of access.origins is ours', () => {
  expect(isForeignOrigin({ host, origin: 'https://hub.example' }, ['https://hub.example'], false)).toBe(false);
});
