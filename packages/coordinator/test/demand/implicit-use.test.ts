import { expect, test } from 'vitest';
import { implicitUse } from '../../src/demand/implicit-use.ts';

test.each([
  ['x86_64-pc-linux-gnu', ['amd64'], ['amd64', 'arch_amd64', 'elibc_glibc', 'kernel_linux']],
  ['x86_64-gentoo-linux-musl', ['~amd64', 'amd64'], ['amd64', 'arch_amd64', 'elibc_musl', 'kernel_linux']],
  ['aarch64-unknown-linux-gnu', ['**', '~arm64'], ['arch_arm64', 'arm64', 'elibc_glibc', 'kernel_linux']],
  ['', [], []],
])('%s with %j implies its architecture, kernel and libc', (chost, acceptKeywords, expected) => {
  expect(implicitUse({ chost, acceptKeywords }).sort()).toEqual(expected);
});
