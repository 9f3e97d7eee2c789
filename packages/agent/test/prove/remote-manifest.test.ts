import { packTar } from 'modern-tar';
import { expect, test } from 'vitest';
import { readRemoteManifest, remoteDifference } from '../../src/prove/remote-manifest.ts';
import { type GpkgParts, looksSigned, makeGpkg } from './make-gpkg.ts';

/** Reads from bytes and counts how many were asked for. */
async function readAll(bytes: Buffer) {
  const asked = { bytes: 0 };
  const read = async (start: number, length: number): Promise<Buffer> => {
    asked.bytes += length;
    return bytes.subarray(start, start + length);
  };
  return { found: await readRemoteManifest(bytes.length, read), asked };
}

const made = (parts: Partial<GpkgParts> = {}) => makeGpkg({ sign: looksSigned, ...parts });

test('the Manifest is found behind members that are never read', async () => {
  const big = 'x'.repeat(1024 * 1024);
  const bytes = await made({ surplus: { 'big.tar': big } });
  const { found, asked } = await readAll(bytes);
  expect(found.manifestText).toContain('BEGIN PGP SIGNED MESSAGE');
  expect(found.members.map(({ name }) => name)).toContain('image.tar.zst');
  expect(asked.bytes).toBeLessThan(10_000);
});

test('a gpkg as it was signed has no difference', async () => {
  expect(remoteDifference((await readAll(await made())).found)).toBeUndefined();
});

test.each([
  ['a member of another size', { tamper: { 'image.tar.zst': 'image and more' } }, 'image.tar.zst is not as long'],
  ['a member too many', { surplus: { 'evil.tar': 'x' } }, 'does not name evil.tar'],
  ['a member too few', { without: ['metadata.tar.zst'] }, 'metadata.tar.zst'],
  ['no signature', { sign: (text: string) => text }, 'is not signed'],
])('%s is named', async (_what, parts, words) => {
  expect(remoteDifference((await readAll(await made(parts))).found)).toContain(words);
});

test.each([
  ['in another directory', { name: 'elsewhere/x', size: 0 }, 'elsewhere/x lies outside of fuse-2.6.1-1'],
  ['a link', { name: 'fuse-2.6.1-1/x', size: 0, type: 'symlink', linkname: '/etc' }, 'is no regular file'],
  ['there a second time', { name: 'fuse-2.6.1-1/gpkg-1', size: 0 }, 'gpkg-1 is there twice'],
] as const)('a member that is %s is named', async (_what, header, words) => {
  expect(remoteDifference((await readAll(await made({ misplaced: header }))).found)).toContain(words);
});

test('long names in pax records are read', async () => {
  const name = `${'d'.repeat(120)}/${'e'.repeat(120)}/Manifest`;
  const bytes = Buffer.from(await packTar([{ header: { name, size: 4 }, body: 'text' }]));
  expect((await readAll(bytes)).found).toEqual({
    manifestText: 'text',
    members: [{ name: 'Manifest', path: name, isFile: true, size: 4 }],
  });
});

test.each([
  ['something else', Buffer.alloc(2048, 'no tar at all')],
  ['an empty file', Buffer.alloc(0)],
  ['an empty archive', Buffer.alloc(1024)],
])('%s is no gpkg', async (_what, bytes) => {
  await expect(readAll(bytes)).rejects.toThrow();
});

test('a file that is cut off is no gpkg', async () => {
  const bytes = await made();
  await expect(readAll(bytes.subarray(0, bytes.length - 2560))).rejects.toThrow();
});
