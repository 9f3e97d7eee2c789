import { describe, expect, test } from 'vitest';
import { METADATA_KEYS, parseMd5Cache, parsePortageqMetadata } from '../../src/tree/ebuild-metadata.ts';

const CACHE = `BDEPEND=virtual/pkgconfig
DEFINED_PHASES=compile install
DEPEND=dev-libs/libfoo:=
EAPI=8
IUSE=+dhcp dbus -static dbus
KEYWORDS=amd64 ~arm64
RDEPEND=dev-libs/libfoo:= dbus? ( sys-apps/dbus )
RESTRICT=!test? ( test )
SLOT=0/2
_md5_=0123456789abcdef0123456789abcdef
`;

describe('a file of the md5-cache', () => {
  test('gives the values, flags without their defaults, and the sub-slot', () => {
    expect(parseMd5Cache(CACHE)).toEqual({
      ebuildMd5: '0123456789abcdef0123456789abcdef',
      metadata: {
        depend: 'dev-libs/libfoo:=',
        bdepend: 'virtual/pkgconfig',
        rdepend: 'dev-libs/libfoo:= dbus? ( sys-apps/dbus )',
        pdepend: '',
        idepend: '',
        iuse: ['dbus', 'dhcp', 'static'],
        slot: '0',
        subslot: '2',
        keywords: 'amd64 ~arm64',
        restrict: '!test? ( test )',
        properties: '',
      },
    });
  });

  test('has the slot as sub-slot where it names none', () => {
    expect(parseMd5Cache('SLOT=3\n')).toMatchObject({ ebuildMd5: null, metadata: { slot: '3', subslot: '3' } });
  });

  test('is nothing without a slot', () => {
    expect(parseMd5Cache('DEPEND=a/b\n')).toBeUndefined();
    expect(parseMd5Cache('')).toBeUndefined();
  });
});

describe('what portageq prints', () => {
  test('gives one value a line, empty ones too', () => {
    const values: Partial<Record<string, string>> = { DEPEND: 'a/b', IUSE: '+x', SLOT: '0/1' };
    const stdout = `${METADATA_KEYS.map((key) => values[key] ?? '').join('\n')}\n`;
    expect(parsePortageqMetadata(stdout)).toMatchObject({
      depend: 'a/b',
      iuse: ['x'],
      slot: '0',
      subslot: '1',
      restrict: '',
    });
  });

  test('is nothing where lines are missing', () => {
    expect(parsePortageqMetadata('a/b\n\n0\n')).toBeUndefined();
    expect(parsePortageqMetadata('')).toBeUndefined();
  });
});
