import { describe, expect, test } from 'vitest';
import { findPackage } from '../../src/status/find-package.ts';

const KNOWN = ['app-misc/foo', 'dev-libs/foo', 'dev-libs/openssl', 'net-dns/dnsmasq'];

describe('a package is meant by', () => {
  test.each([
    ['dev-libs/openssl', null],
    ['=dev-libs/openssl-3.3*', '=*'],
    ['dev-libs/openssl-3.3.2-r1', '='],
    ['openssl', null],
  ])('%s', (text, operator) => {
    expect(findPackage(text, KNOWN)).toMatchObject({ kind: 'found', atom: { cp: 'dev-libs/openssl', operator } });
  });
});

test('a name that stands in two categories is not guessed', () => {
  expect(findPackage('foo', KNOWN)).toEqual({ kind: 'ambiguous', names: ['app-misc/foo', 'dev-libs/foo'] });
});

describe('what is not known is answered with the nearest', () => {
  test.each([
    ['dev-libs/opensl', 'dev-libs/openssl'],
    ['dnsmaq', 'net-dns/dnsmasq'],
    ['=net-dns/dnsmask-2.90', 'net-dns/dnsmasq'],
    ['sys-apps/systemd-utils', undefined],
    ['', undefined],
    ['[', undefined],
  ])('%j', (text, nearest) => {
    expect(findPackage(text, KNOWN)).toEqual({ kind: 'unknown', nearest });
  });
});
