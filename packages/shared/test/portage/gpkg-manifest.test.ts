import { describe, expect, test } from 'vitest';
import { parseGpkgManifest } from '../../src/portage/index.ts';

const A = 'a'.repeat(128);
const B = 'b'.repeat(128);
const LINES = `DATA gpkg-1 0 BLAKE2B ${A} SHA512 ${B}\nDATA image.tar.zst 1711 BLAKE2B ${B.toUpperCase()} SHA512 ${A}\n`;
const SIGNED = `-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA512

${LINES}-----BEGIN PGP SIGNATURE-----

iHUEARYKAB0WIQQ
-----END PGP SIGNATURE-----
`;
const MEMBERS = [
  { name: 'gpkg-1', size: 0, blake2b: A, sha512: B },
  { name: 'image.tar.zst', size: 1711, blake2b: B, sha512: A },
];

describe('parseGpkgManifest', () => {
  test('reads a plain one and a clear-signed one', () => {
    expect(parseGpkgManifest(LINES)).toEqual({ members: MEMBERS, isSigned: false });
    expect(parseGpkgManifest(SIGNED)).toEqual({ members: MEMBERS, isSigned: true });
  });

  test.each([
    ['text before the signed part', `${LINES}${SIGNED}`],
    ['text behind the signature', `${SIGNED}${LINES}`],
    ['a signed part that is cut off', SIGNED.slice(0, 400)],
    ['lines hidden in the armor header', SIGNED.replace('Hash: SHA512\n', `Hash: SHA512\n${LINES}`)],
    ['a member named twice', `${LINES}DATA gpkg-1 0 SHA512 ${A}\n`],
    ['a path as a name', `DATA ../x 0 SHA512 ${A}`],
    ['a digest of the wrong length', `DATA x 0 SHA512 ${A}a`],
    ['no digest that we know', `DATA x 0 MD5 ${A}`],
    ['a size that is no number', `DATA x 1e3 SHA512 ${A}`],
    ['something else', 'hello'],
    ['a megabyte', LINES.repeat(2000)],
  ])('refuses %s', (_what, text) => {
    expect(parseGpkgManifest(text)).toBeUndefined();
  });
});
