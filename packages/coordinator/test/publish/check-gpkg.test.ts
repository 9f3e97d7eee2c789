import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkGpkg } from '../../src/publish/check-gpkg.ts';
import { type GpkgParts, makeGpkg, writeGpkg } from './make-gpkg.ts';

let directory: TemporaryDirectory;
beforeAll(async () => {
  directory = await makeTemporaryDirectory();
});
afterAll(() => directory.remove());

const path = () => join(directory.path, 'libfoo-1.0-1.gpkg.tar');

describe('checkGpkg', () => {
  test.each(['.gz', ''])('reads a whole package with metadata.tar%s', async (ending) => {
    await writeGpkg(path(), { ending });
    const checked = await checkGpkg(path());
    const bytes = await readFile(path());
    const digest = (name: string) => createHash(name).update(bytes).digest('hex');
    expect(checked).toMatchObject({
      metadata: { cpv: 'dev-libs/libfoo-1.0', slot: '0', subslot: '1', useEnabled: ['ssl'], repository: 'gentoo' },
      size: bytes.length,
      md5: digest('md5'),
      sha1: digest('sha1'),
      sha512: digest('sha512'),
      isSigned: false,
    });
  });

  test('reads Zstandard metadata, as Portage packs it', async () => {
    const packed = await readFile(new URL('metadata.tar.zst', import.meta.url));
    await writeGpkg(path(), {
      members: ([marker, , image]) => [marker ?? no(), ['metadata.tar.zst', packed], image ?? no()],
    });
    expect((await checkGpkg(path())).metadata).toMatchObject({ cpv: 'net-dns/dnsmasq-2.34', useEnabled: ['dhcp'] });
  });

  test.each<[string, GpkgParts, RegExp]>([
    ['without the gpkg-1 marker', { members: (all) => all.slice(1) }, /no gpkg-1 marker/],
    ['without an image', { members: (all) => all.slice(0, 2) }, /no image/],
    ['without metadata', { members: ([a, , c]) => [a ?? no(), c ?? no()] }, /no metadata/],
    ['with a metadata archive that nothing here unpacks', { ending: '.xz' }, /metadata\.tar\.xz.*BINPKG_COMPRESS/],
    [
      'with a digest that is another',
      { manifest: (text) => text.replace(/SHA512 ./g, 'SHA512 0') },
      /another .* than its Manifest/,
    ],
    [
      'with a member that the Manifest lacks',
      { manifest: (text) => text.replace(/.*image.*\n/, '') },
      /not named in its Manifest/,
    ],
    [
      'with a member missing that the Manifest names',
      { manifest: (text) => `${text}${text.split('\n')[0]?.replace('gpkg-1', 'more')}\n` },
      /no member 'more'/,
    ],
    ['with rubbish for a Manifest', { manifest: () => 'hello' }, /no Manifest/],
    ['with a member twice', { members: (all) => [...all, all[0] ?? no()] }, /two members 'gpkg-1'/],
    ['with a member that climbs', { members: (all) => [...all, ['../x', Buffer.from('')]] }, /unexpected member/],
    ['with a name that is no package', { metadata: { PF: 'libfoo' } }, /CATEGORY and PF/],
    ['with a hostile repository name', { metadata: { repository: '../x' } }, /repository name/],
    ['without a build time', { metadata: { BUILD_TIME: '' } }, /BUILD_TIME/],
    ['with a slot that is none', { metadata: { SLOT: '0/1/2' } }, /SLOT/],
  ])('refuses a package %s', async (_what, parts, message) => {
    await writeGpkg(path(), parts);
    await expect(checkGpkg(path())).rejects.toMatchObject({
      code: 'PACKAGE_BROKEN',
      message: expect.stringMatching(message),
    });
  });

  test('refuses a zero-byte file, and a package cut off anywhere', async () => {
    const bytes = await makeGpkg();
    for (const length of [0, 1, 511, 512, 1000, bytes.length >> 1, bytes.length - 2000]) {
      await writeFile(path(), bytes.subarray(0, length));
      await expect(checkGpkg(path()), `cut at ${length}`).rejects.toMatchObject({ code: 'PACKAGE_BROKEN' });
    }
  });

  test('refuses any other file, and says that a missing one is missing', async () => {
    await writeFile(path(), Buffer.alloc(100_000, 'rubbish'));
    await expect(checkGpkg(path())).rejects.toMatchObject({ code: 'PACKAGE_BROKEN' });
    await expect(checkGpkg(join(directory.path, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('stops a metadata archive that unpacks without end', async () => {
    const bomb = Buffer.alloc(140 * 1024 * 1024);
    const { gzipSync } = await import('node:zlib');
    const packed = gzipSync(bomb, { level: 1 });
    await writeGpkg(path(), { members: ([a, , c]) => [a ?? no(), ['metadata.tar.gz', packed], c ?? no()] });
    await expect(checkGpkg(path())).rejects.toMatchObject({
      code: 'PACKAGE_BROKEN',
      message: expect.stringMatching(/cannot be unpacked/),
    });
  });
});

function no(): never {
  throw new Error('the package has three members');
}
