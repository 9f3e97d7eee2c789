/**
 * Binary packages by GLEP 78: an uncompressed tar of gpkg-1, metadata.tar.gz, image.tar.gz, their signatures and Manifest,
 * all below one directory named like the file.
 */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { packTar, unpackTar } from 'modern-tar';

const EMPTY = Buffer.alloc(0);

/**
 * @param {{ name: string, metadata: Record<string, string>, image: { path: string, text: string }[], mtime: Date }} parts
 *   name: PF-BUILDID; image paths relative to the root
 * @returns {Promise<Buffer>} an unsigned gpkg
 */
export async function makeGpkg({ name, metadata, image, mtime }) {
  const inner = [
    ['gpkg-1', EMPTY],
    ['metadata.tar.gz', gzipSync(await packTar(metadataEntries(metadata, mtime)))],
    ['image.tar.gz', gzipSync(await packTar(imageEntries(image, mtime)))],
  ];
  return packContainer({ name, members: [...inner, ['Manifest', Buffer.from(manifestText(inner))]], mtime });
}

const metadataEntries = (metadata, mtime) =>
  Object.entries(metadata).map(([key, text]) =>
    entry(`metadata/${key}`, Buffer.from(text.endsWith('\n') ? text : `${text}\n`), mtime),
  );

function imageEntries(image, mtime) {
  const directories = new Set();
  for (const { path } of image) {
    const parts = path.split('/').slice(0, -1);
    for (let i = 1; i <= parts.length; i++) directories.add(`image/${parts.slice(0, i).join('/')}/`);
  }
  return [
    ...['image/', ...directories].map((name) => ({ header: { name, type: 'directory', size: 0, mode: 0o755, mtime } })),
    ...image.map(({ path, text }) => entry(`image/${path}`, Buffer.from(text), mtime, 0o755)),
  ];
}

const entry = (name, body, mtime, mode = 0o644) => ({
  header: { name, type: 'file', size: body.length, mode, mtime },
  body,
});

/** @param {{ name: string, members: [string, Uint8Array][], mtime: Date }} container */
export async function packContainer({ name, members, mtime }) {
  return Buffer.from(await packTar(members.map(([file, bytes]) => entry(`${name}/${file}`, bytes, mtime))));
}

/** The Manifest's lines: size and digests of every other member, in their order. */
export function manifestText(members) {
  const line = ([file, bytes]) =>
    `DATA ${file} ${bytes.length} BLAKE2B ${digest('blake2b512', bytes)} SHA512 ${digest('sha512', bytes)}\n`;
  return members.map(line).join('');
}

const digest = (algorithm, bytes) => createHash(algorithm).update(bytes).digest('hex');

/**
 * @param {Uint8Array} bytes
 * @returns {Promise<{ name: string, members: Map<string, Buffer> }>}
 */
export async function openGpkg(bytes) {
  const entries = await unpackTar(bytes);
  const files = entries.filter(({ header }) => header.type === 'file');
  const name = files[0]?.header.name.split('/')[0] ?? '';
  const members = new Map(files.map(({ header, data }) => [basename(header.name), Buffer.from(data ?? EMPTY)]));
  if (!members.has('Manifest') || !members.has('gpkg-1')) throw new Error('expected a gpkg with gpkg-1 and Manifest');
  return { name, members };
}

/** @returns {Promise<Record<string, string>>} the metadata files by name */
export async function readGpkgMetadata(members) {
  const packed = members.get('metadata.tar.gz');
  if (!packed) throw new Error('expected metadata.tar.gz in the gpkg');
  const entries = await unpackTar(gunzipSync(packed));
  return Object.fromEntries(
    entries
      .filter(({ data }) => data)
      .map(({ header, data }) => [basename(header.name), Buffer.from(data).toString().trim()]),
  );
}

/** @returns {Promise<{ path: string, bytes: Buffer }[]>} the image's files, paths relative to the root */
export async function readGpkgImage(members) {
  const entries = await unpackTar(gunzipSync(members.get('image.tar.gz')));
  return entries
    .filter(({ data }) => data)
    .map(({ header, data }) => ({ path: header.name.replace(/^image\//, ''), bytes: Buffer.from(data) }));
}

/** @returns {string[]} what is wrong of the members by the Manifest's text; empty: nothing */
export function checkManifest(text, members) {
  const wrong = [];
  const listed = new Set(['Manifest']);
  for (const line of text.split('\n').filter((each) => each.startsWith('DATA '))) {
    const [, file, size, ...digests] = line.split(' ');
    listed.add(file);
    const bytes = members.get(file);
    if (!bytes) wrong.push(`${file} is missing`);
    else if (bytes.length !== Number(size)) wrong.push(`${file} has another size`);
    else if (digest('sha512', bytes) !== digests[digests.indexOf('SHA512') + 1])
      wrong.push(`${file} has another SHA512`);
  }
  for (const file of members.keys()) if (!listed.has(file)) wrong.push(`${file} is not in the Manifest`);
  return wrong;
}
