import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { type GpkgManifest, parseGpkgManifest } from '@binhost/shared/portage';
import { agentError } from '../agent-errors.ts';
import { layoutDifference, type PlacedMember } from './gpkg-layout.ts';

/** What one pass over a gpkg finds. */
export interface GpkgContents {
  /** SHA-512 of the whole file, hexadecimal. */
  sha512: string;
  /** The Manifest as it stands in the file, signature and all; undefined: there is none. */
  manifestText: string | undefined;
  members: GpkgMember[];
}

export interface GpkgMember extends PlacedMember {
  /** Name inside the gpkg's own directory. */
  name: string;
  size: number;
  blake2b: string;
  sha512: string;
}

/** A Manifest has at most a dozen lines of 350 characters. */
const MAX_MANIFEST_BYTES = 256 * 1024;
/** A gpkg has some six members; more are no gpkg, and need not be hashed. */
const MAX_MEMBERS = 100;

/**
 * Reads a gpkg (an uncompressed tar of a few members) once, as a stream: whatever its size, it is never in memory.
 *
 * @throws PACKAGE_BROKEN where it is no whole tar
 */
export async function readGpkg(path: string): Promise<GpkgContents> {
  const { createTarDecoder } = await import('modern-tar');
  const whole = createHash('sha512');
  const file = createReadStream(path);
  file.on('data', (chunk) => whole.update(chunk));
  const contents: Omit<GpkgContents, 'sha512'> = { manifestText: undefined, members: [] };
  try {
    const entries = (Readable.toWeb(file) as ReadableStream<Uint8Array>).pipeThrough(
      createTarDecoder({ strict: true }),
    );
    for await (const { header, body } of entries as unknown as AsyncIterable<TarMember>) {
      if (contents.members.length >= MAX_MEMBERS) throw new Error(`more than ${MAX_MEMBERS} members`);
      const name = posix.basename(header.name);
      const kept: Uint8Array[] = [];
      contents.members.push({
        name,
        path: header.name,
        isFile: header.type === undefined || header.type === 'file',
        size: header.size,
        ...(await digest(body, name === 'Manifest' ? kept : undefined)),
      });
      if (name === 'Manifest') contents.manifestText = Buffer.concat(kept).toString('utf8');
    }
  } catch (cause) {
    throw agentError('PACKAGE_BROKEN', `${path}: expected a whole gpkg: ${(cause as Error).message}`, {
      cause,
    });
  } finally {
    file.destroy();
  }
  return { ...contents, sha512: whole.digest('hex') };
}

interface TarMember {
  header: { name: string; size: number; type?: string };
  body: AsyncIterable<Uint8Array>;
}

async function digest(body: AsyncIterable<Uint8Array>, keep: Uint8Array[] | undefined) {
  const hashes: [Hash, Hash] = [createHash('blake2b512'), createHash('sha512')];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (keep && size > MAX_MANIFEST_BYTES) throw new Error(`a Manifest larger than ${MAX_MANIFEST_BYTES} bytes`);
    keep?.push(chunk);
    for (const hash of hashes) hash.update(chunk);
  }
  return { blake2b: hashes[0].digest('hex'), sha512: hashes[1].digest('hex') };
}

/**
 * Whether every member lies where it should and is what the Manifest says, and the Manifest names every member but itself
 * and the format's mark.
 *
 * @returns the Manifest's difference to the file in words; undefined: none
 */
export function manifestDifference({ manifestText, members }: GpkgContents): string | undefined {
  if (manifestText === undefined) return 'it has no Manifest';
  const misplaced = layoutDifference(members);
  if (misplaced) return misplaced;
  const manifest: GpkgManifest | undefined = parseGpkgManifest(manifestText);
  if (!manifest) return 'its Manifest cannot be read';
  if (!manifest.isSigned) return 'its Manifest is not signed';
  const found = members.filter(({ name }) => name !== 'Manifest' && !FORMAT_MARK.test(name));
  const surplus = found.find(({ name }) => !manifest.members.some((member) => member.name === name));
  if (surplus) return `its Manifest does not name ${surplus.name}`;
  for (const member of manifest.members) {
    const there = members.find(({ name }) => name === member.name);
    if (!there) return `${member.name}, which its Manifest names, is missing`;
    const differs =
      there.size !== member.size ||
      (member.blake2b !== null && there.blake2b !== member.blake2b) ||
      (member.sha512 !== null && there.sha512 !== member.sha512);
    if (differs) return `${member.name} is not what its Manifest says`;
  }
  return undefined;
}

/** The first member of a gpkg: an empty file that names the format's version. */
const FORMAT_MARK = /^gpkg-1$/;
