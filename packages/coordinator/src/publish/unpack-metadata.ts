import { gunzipSync } from 'node:zlib';
import { Decompress } from 'fzstd';
import { unpackTar } from 'modern-tar';
import { METADATA_KEYS } from './gpkg-metadata.ts';

/** The largest that a metadata.tar may unpack to; real ones with their environment are below 10 MiB. */
const MAX_UNPACKED = 128 * 1024 * 1024;
/** The largest value that is kept; Gentoo's longest dependency strings are below 60 KiB. */
const MAX_VALUE = 1024 * 1024;

/**
 * Unpacks a metadata archive of a gpkg: plain, gzip or Zstandard.
 *
 * @param name `metadata.tar.zst`; its ending names the compression
 * @returns the contents of the files that METADATA_KEYS names, or one sentence that says why it can't be read
 */
export async function unpackMetadata(name: string, content: Buffer): Promise<Map<string, string> | string> {
  const ending = name.slice('metadata.tar'.length);
  const unpack = DECOMPRESSORS[ending];
  if (!unpack) {
    return `${name}, a compression that is not read here; set BINPKG_COMPRESS to zstd, gzip or none in the pool's make.conf`;
  }
  try {
    return await readValues(unpack(content));
  } catch (error) {
    return `${name} that cannot be unpacked (${(error as Error).message})`;
  }
}

const DECOMPRESSORS: Partial<Record<string, (content: Buffer) => Buffer>> = {
  '': (content) => content,
  '.gz': (content) => gunzipSync(content, { maxOutputLength: MAX_UNPACKED }),
  '.zst': unpackZstd,
};

function unpackZstd(content: Buffer): Buffer {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const stream = new Decompress((chunk) => {
    size += chunk.length;
    if (size > MAX_UNPACKED) throw new Error(`more than ${MAX_UNPACKED} bytes`);
    chunks.push(Uint8Array.from(chunk));
  });
  // in pieces, so that the bound stops it before all of it is unpacked
  for (let at = 0; at < content.length; at += PIECE) {
    stream.push(content.subarray(at, at + PIECE), at + PIECE >= content.length);
  }
  return Buffer.concat(chunks);
}

const PIECE = 64 * 1024;

async function readValues(archive: Buffer): Promise<Map<string, string>> {
  const wanted: ReadonlySet<string> = new Set(METADATA_KEYS.map((key) => `metadata/${key}`));
  const entries = await unpackTar(archive, { strict: true, filter: (header) => wanted.has(header.name) });
  const values = new Map<string, string>();
  for (const { header, data } of entries) {
    const key = header.name.slice('metadata/'.length);
    if (!data || data.length > MAX_VALUE) throw new Error(`${key} is no file of at most ${MAX_VALUE} bytes`);
    if (values.has(key)) throw new Error(`${key} stands in it twice`);
    values.set(key, Buffer.from(data).toString('utf8'));
  }
  return values;
}
