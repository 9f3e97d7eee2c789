import { describe, expect, test } from 'vitest';
import { isPackageName, parseCpv } from '../../src/portage/index.ts';

describe('parseCpv', () => {
  test.each([
    ['net-dns/dnsmasq-2.34', 'net-dns', 'dnsmasq', '2.34'],
    ['media-fonts/font-7x13-1.0', 'media-fonts', 'font-7x13', '1.0'],
    ['x11-libs/libX11-1.8.7', 'x11-libs', 'libX11', '1.8.7'],
    ['x11-libs/gtk+-3.24.41-r1', 'x11-libs', 'gtk+', '3.24.41-r1'],
    ['games-strategy/0ad-0.0.26', 'games-strategy', '0ad', '0.0.26'],
    ['app-misc/foo-1ab-2', 'app-misc', 'foo-1ab', '2'],
    ['app-misc/foo-1.0_p1_p2-r3', 'app-misc', 'foo', '1.0_p1_p2-r3'],
    ['app-misc/foo--1', 'app-misc', 'foo-', '1'],
    ['dev-lang/qt5-base-3.0_rc4-r12', 'dev-lang', 'qt5-base', '3.0_rc4-r12'],
  ])('%s is %s, %s, %s', (text, category, name, version) => {
    expect(parseCpv(text)).toEqual({ cpv: text, cp: `${category}/${name}`, category, name, version });
  });

  test.each([
    'app-misc/foo',
    'app-misc/foo-1-2',
    'app-misc/foo-1-r2-3',
    'app-misc/foo-1-r1-r2',
    'app-misc/foo-r1',
    'app-misc/foo-1.',
    'app-misc/foo-1_foo',
    'app-misc/-foo-1',
    '.app/foo-1',
    'foo-1',
    'a/b/c-1',
    'app-misc/foo-1\n',
    '',
  ])('%j is no package', (text) => {
    expect(parseCpv(text)).toBeUndefined();
  });

  test('refuses a text that is longer than any package, at once', () => {
    expect(parseCpv(`a/${'b-1'.repeat(1_000_000)}`)).toBeUndefined();
  });
});

describe('isPackageName', () => {
  test('takes digits behind a hyphen that are no version, and refuses those that are', () => {
    expect(isPackageName('font-7x13')).toBe(true);
    expect(isPackageName('foo-1')).toBe(false);
    expect(isPackageName('foo-1.0-r1')).toBe(false);
  });
});
