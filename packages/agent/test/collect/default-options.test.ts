import { expect, test } from 'vitest';
import { keepResultOptions } from '../../src/collect/default-options.ts';

test.each([
  ['', []],
  ['--ask --quiet --columns --tree --alphabetical --verbose', []],
  ['--ask=y --quiet n --jobs 4 --load-average 3.5 --keep-going y', []],
  [
    '--with-bdeps=y --backtrack=100 --binpkg-respect-use=y',
    ['--with-bdeps=y', '--backtrack=100', '--binpkg-respect-use=y'],
  ],
  ['--with-bdeps y --ask --backtrack 30', ['--with-bdeps', 'y', '--backtrack', '30']],
  ['--usepkg-exclude "sys-kernel/* a/b" --jobs', ['--usepkg-exclude', 'sys-kernel/* a/b']],
  ['--jobs --with-bdeps=n', ['--with-bdeps=n']],
  ['-av', []],
  ['-avDj4', ['-D']],
  ['-qj 4 -U', ['-U']],
  ['--color y --autounmask-write --autounmask=n', ['--autounmask=n']],
  ['--getbinpkg=n --usepkg', []],
])('of %j it keeps %j', (text, kept) => {
  expect(keepResultOptions(text)).toEqual({ kept, binaryOnly: false });
});

test.each(['--getbinpkgonly', '--usepkgonly=y', '-aG', '-K', '--getbinpkgonly y --with-bdeps=y'])(
  '%j makes a node binary-only and is dropped',
  (text) => {
    expect(keepResultOptions(text)?.binaryOnly).toBe(true);
    expect(keepResultOptions(text)?.kept.join()).not.toContain('only');
  },
);

test('--usepkgonly=n makes no node binary-only', () => {
  expect(keepResultOptions('--usepkgonly=n')).toEqual({ kept: [], binaryOnly: false });
});

test('a quote that is not closed is not guessed at', () => {
  expect(keepResultOptions('--exclude "a/b')).toBeUndefined();
});
