import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { manifestDifference, readGpkg } from '../../src/prove/gpkg-file.ts';
import { type GpkgParts, looksSigned, makeGpkg } from './make-gpkg.ts';

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await makeTemporaryDirectory();
});
afterEach(() => directory.remove());

async function write(bytes: Buffer): Promise<string> {
  const path = join(directory.path, 'one.gpkg.tar');
  await writeFile(path, bytes);
  return path;
}

async function differenceOf(parts: Partial<GpkgParts>): Promise<string | undefined> {
  return manifestDifference(await readGpkg(await write(await makeGpkg({ sign: looksSigned, ...parts }))));
}

test('a whole gpkg agrees with its Manifest', async () => {
  expect(await differenceOf({})).toBeUndefined();
});

test('one pass tells the digest of the file and of every member', async () => {
  const bytes = await makeGpkg({ sign: looksSigned });
  const contents = await readGpkg(await write(bytes));
  expect(contents.sha512).toBe(createHash('sha512').update(bytes).digest('hex'));
  expect(contents.members.map(({ name }) => name)).toEqual(['gpkg-1', 'metadata.tar.zst', 'image.tar.zst', 'Manifest']);
  expect(contents.members[2]?.blake2b).toBe(createHash('blake2b512').update('image').digest('hex'));
});

test.each([
  ['a member was changed', { tamper: { 'image.tar.zst': 'imagE' } }, 'image.tar.zst is not what its Manifest says'],
  ['a member is surplus', { surplus: { 'extra.tar': 'x' } }, 'does not name extra.tar'],
  ['a member is missing', { without: ['metadata.tar.zst'] }, 'metadata.tar.zst, which its Manifest names, is missing'],
  ['there is no Manifest', { without: ['Manifest'] }, 'no Manifest'],
  ['the Manifest is not signed', { sign: (text: string) => text }, 'not signed'],
  ['the Manifest is rubbish', { sign: () => 'rubbish\n' }, 'cannot be read'],
  [
    'text stands outside the signature',
    { sign: (text: string) => `${looksSigned(text)}DATA x 1 SHA512 aa\n` },
    'cannot be read',
  ],
])('where %s it says so', async (_what, parts, words) => {
  expect(await differenceOf(parts)).toContain(words);
});

const DIRECTORY = 'fuse-2.6.1-1';
test.each([
  ['in another directory', { name: 'elsewhere/image.tar.zst', size: 0 }, `lies outside of ${DIRECTORY}`],
  [
    'below the directory',
    { name: `${DIRECTORY}/deep/image.tar.zst`, size: 0 },
    'does not lie directly in one directory',
  ],
  ['in no directory', { name: 'image.tar.zst', size: 0 }, 'does not lie directly in one directory'],
  ['above it', { name: '../image.tar.zst', size: 0 }, 'does not lie directly in one directory'],
  ['there a second time', { name: `${DIRECTORY}/image.tar.zst`, size: 0 }, 'image.tar.zst is there twice'],
  ['a second Manifest', { name: `${DIRECTORY}/Manifest`, size: 0 }, 'Manifest is there twice'],
  ['a second mark', { name: `${DIRECTORY}/gpkg-1`, size: 0 }, 'gpkg-1 is there twice'],
  [
    'a link',
    { name: `${DIRECTORY}/x`, size: 0, type: 'symlink', linkname: '/etc' },
    `${DIRECTORY}/x is no regular file`,
  ],
  [
    'a hard link',
    { name: `${DIRECTORY}/x`, size: 0, type: 'link', linkname: `${DIRECTORY}/Manifest` },
    'no regular file',
  ],
  ['a directory', { name: `${DIRECTORY}/x/`, size: 0, type: 'directory' }, 'no regular file'],
  ['a pipe', { name: `${DIRECTORY}/x`, size: 0, type: 'fifo' }, 'no regular file'],
] as const)('a member that is %s is refused', async (_what, header, words) => {
  expect(await differenceOf({ misplaced: header })).toContain(words);
});

test.each([
  ['a file that is no tar', Buffer.from('not a tar'.repeat(200))],
  ['an empty file', Buffer.alloc(0)],
])('%s is broken or differs, never good', async (_what, bytes) => {
  const contents = await readGpkg(await write(bytes)).catch((error: { code: string }) => error.code);
  expect(typeof contents === 'string' ? contents : manifestDifference(contents)).toMatch(/PACKAGE_BROKEN|no Manifest/);
});

test('a file that was cut off is broken', async () => {
  const bytes = await makeGpkg({ sign: looksSigned });
  await expect(readGpkg(await write(bytes.subarray(0, bytes.length - 1500)))).rejects.toMatchObject({
    code: 'PACKAGE_BROKEN',
  });
});
