import { expect, test } from 'vitest';
import { libcObstacle } from '../../src/demand/libc-obstacle.ts';
import { toolchainOf } from '../../src/tree/toolchain.ts';

const judge = (pool: string[], node: string[], cpv = 'app-misc/a-1') =>
  libcObstacle(cpv, toolchainOf(pool), toolchainOf(node));

test.each([
  ['the same C library', ['sys-libs/glibc-2.41'], ['sys-libs/glibc-2.41']],
  ['a newer revision of it', ['sys-libs/glibc-2.41-r6'], ['sys-libs/glibc-2.41-r2']],
  ['an older one', ['sys-libs/glibc-2.40'], ['sys-libs/glibc-2.41']],
  ['a newer snapshot of the compiler', ['sys-devel/gcc-14.3.1_p20250801'], ['sys-devel/gcc-14.3.1_p20250601']],
  [
    'a compiler in an older slot beside the new one of the node',
    ['sys-devel/gcc-14.3.0'],
    ['sys-devel/gcc-13.4.0', 'sys-devel/gcc-15.2.0'],
  ],
  ['a C library that is not known of the node', ['sys-libs/glibc-2.42'], []],
  ['another kind of C library', ['sys-libs/musl-1.2.5'], ['sys-libs/glibc-2.41']],
])('a pool with %s builds for the node', (_what, pool, node) => {
  expect(judge(pool, node)).toBeUndefined();
});

test.each([
  ['C library', ['sys-libs/glibc-2.42'], ['sys-libs/glibc-2.41']],
  ['compiler', ['sys-devel/gcc-15.2.0'], ['sys-devel/gcc-14.3.0']],
])('a pool with a newer %s does not, and both are named', (_what, pool, node) => {
  const found = judge(pool, node);
  expect(found).toMatchObject({ event: 'obstacle', code: 'libc-newer' });
  expect(found).toMatchObject({ text: expect.stringContaining(`${pool[0]}, newer than the node's ${node[0]}`) });
});

test('the C library itself is not held back by its own version', () => {
  expect(judge(['sys-libs/glibc-2.42'], ['sys-libs/glibc-2.41'], 'sys-libs/glibc-2.42')).toBeUndefined();
});
