import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareVersions } from '../../src/portage/index.ts';

const digits = fc.stringMatching(/^[0-9]{1,4}$/);
const version = fc
  .tuple(
    fc.array(digits, { minLength: 1, maxLength: 3 }),
    fc.constantFrom('', 'a', 'b', 'z'),
    fc.array(fc.tuple(fc.constantFrom('alpha', 'beta', 'pre', 'rc', 'p'), fc.constantFrom('', '0', '1', '02', '10')), {
      maxLength: 2,
    }),
    fc.constantFrom('', '-r0', '-r1', '-r02'),
  )
  .map(([numbers, letter, suffixes, revision]) => {
    const suffix = suffixes.map(([kind, number]) => `_${kind}${number}`).join('');
    return `${numbers.join('.')}${letter}${suffix}${revision}`;
  });

describe('compareVersions', () => {
  test('says what Portage said of every pair of version-vectors.txt', () => {
    const lines = readFileSync(new URL('version-vectors.txt', import.meta.url), 'utf8').split('\n');
    const vectors = lines.filter((line) => line !== '' && !line.startsWith('#'));
    expect(vectors.length).toBeGreaterThan(120);
    const sign = (a: string, b: string) => ['<', '=', '>'][Math.sign(compareVersions(a, b)) + 1];
    const said = vectors.map((line) => {
      const [a = '', , b = ''] = line.split(' ');
      return `${a} ${sign(a, b)} ${b}`;
    });
    expect(said).toEqual(vectors);
  });

  test.each([
    ['1.0', '1.0-r0'],
    ['1.0', '1.00'],
    ['1_p', '1_p0'],
    ['01.2', '1.2'],
    ['1.010', '1.01'],
  ])('%s equals %s', (a, b) => {
    expect(compareVersions(a, b)).toBe(0);
  });

  test.each([
    ['1.02', '1.1'],
    ['1.9', '1.10'],
    ['1.2b', '1.2.5'],
    ['1_alpha', '1_beta'],
    ['1_rc9', '1'],
    ['1', '1_p'],
    ['1_p1_alpha', '1_p1'],
    ['99999999999999999998', '99999999999999999999'],
    ['1-r9', '1-r10'],
    ['no version', '0'],
  ])('%s is older than %s', (a, b) => {
    expect(compareVersions(a, b)).toBeLessThan(0);
    expect(compareVersions(b, a)).toBeGreaterThan(0);
  });

  test('is antisymmetric', () => {
    fc.assert(
      fc.property(
        version,
        version,
        (a, b) => Math.sign(compareVersions(a, b)) === 0 - Math.sign(compareVersions(b, a)),
      ),
    );
  });

  test('is transitive', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const [x = '', y = '', z = ''] = [a, b, c].sort(compareVersions);
        return compareVersions(x, y) <= 0 && compareVersions(y, z) <= 0 && compareVersions(x, z) <= 0;
      }),
    );
  });

  test('takes a hostile version of a megabyte in linear time', () => {
    const zeros = `1.0${'0'.repeat(1_000_000)}`;
    expect(compareVersions(zeros, `${zeros}1`)).toBeLessThan(0);
    expect(compareVersions('_p'.repeat(500_000), '1')).toBeLessThan(0);
  });
});
