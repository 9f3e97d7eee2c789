import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';

export interface GpkgParts {
  /** Files of the metadata archive that differ from those of dev-libs/libfoo-1.0. */
  metadata?: Record<string, string>;
  /** What the name of the metadata archive ends in; .gz is packed. */
  ending?: string;
  /** Last word on the members: leave out, add or change some. The Manifest is made of what comes back. */
  members?: (members: [string, Uint8Array][]) => [string, Uint8Array][];
  /** Last word on the Manifest. */
  manifest?: (text: string) => string;
}

/** An unsigned binary package by GLEP 78, without Portage. */
export async function makeGpkg({ metadata, ending = '.gz', members, manifest }: GpkgParts = {}): Promise<Buffer> {
  const values = { ...LIBFOO, ...metadata };
  const archive = await packTar(
    Object.entries(values).map(([key, value]) => file(`metadata/${key}`, Buffer.from(`${value}\n`))),
  );
  const image = await packTar([file('image/usr/lib/libfoo.so', Buffer.from('a library'))]);
  const plain: [string, Uint8Array][] = [
    ['gpkg-1', Buffer.alloc(0)],
    [`metadata.tar${ending}`, ending === '.gz' ? gzipSync(archive) : archive],
    ['image.tar.gz', gzipSync(image)],
  ];
  const inner = members ? members(plain) : plain;
  const lines = inner.map(
    ([name, bytes]) =>
      `DATA ${name} ${bytes.length} BLAKE2B ${digest('blake2b512', bytes)} SHA512 ${digest('sha512', bytes)}\n`,
  );
  const text = manifest ? manifest(lines.join('')) : lines.join('');
  const directory = `${values.PF}-${values.BUILD_ID}`;
  const all: [string, Uint8Array][] = [...inner, ['Manifest', Buffer.from(text)]];
  return Buffer.from(await packTar(all.map(([name, bytes]) => file(`${directory}/${name}`, bytes))));
}

const LIBFOO = {
  BUILD_ID: '1',
  BUILD_TIME: '1700000000',
  CATEGORY: 'dev-libs',
  CHOST: 'x86_64-pc-linux-gnu',
  DEFINED_PHASES: 'compile install',
  EAPI: '8',
  IUSE: 'static-libs +ssl',
  IUSE_EFFECTIVE: 'amd64 prefix ssl static-libs',
  KEYWORDS: 'amd64',
  LICENSE: 'GPL-2 ssl? ( openssl )',
  PF: 'libfoo-1.0',
  repository: 'gentoo',
  SLOT: '0/1',
  USE: 'amd64 ssl',
};

function file(name: string, body: Uint8Array) {
  const mtime = new Date(1_700_000_000_000);
  return { header: { name, size: body.length, type: 'file' as const, mode: 0o644, mtime }, body };
}

function digest(algorithm: string, bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest('hex');
}

/** Writes a package where a build would have left it. */
export async function writeGpkg(path: string, parts: GpkgParts = {}): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, await makeGpkg(parts));
}
