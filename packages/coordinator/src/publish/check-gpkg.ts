import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { type GpkgManifest, parseGpkgManifest } from '@binhost/shared/portage';
import { createTarDecoder, type ParsedTarEntry } from 'modern-tar';
import { coordinatorError } from '../coordinator-errors.ts';
import { type PackageMetadata, parseGpkgMetadata } from './gpkg-metadata.ts';
import { openUntrusted } from './open-untrusted.ts';
import { unpackMetadata } from './unpack-metadata.ts';

/** A gpkg that is whole: what it is, and the digests of its file. */
export interface CheckedGpkg {
  metadata: PackageMetadata;
  /** Bytes. */
  size: number;
  /** Hexadecimal digests of the whole file. */
  md5: string;
  sha1: string;
  sha512: string;
  /** The Manifest as it stands in the file; clear-signed once the package is. */
  manifestText: string;
  isSigned: boolean;
}

const MAX_KEPT = { manifest: 256 * 1024, metadata: 32 * 1024 * 1024 };
/** gpkg-1, metadata, image, Manifest and a signature for each. */
const MAX_MEMBERS = 16;

/**
 * Reads a binary package by GLEP 78 once from its first byte to its last: one directory, the gpkg-1 marker, every member
 * named in the Manifest with its size and digests, nothing else, and metadata that can be read. Files of any size pass
 * through in chunks. Whether a signature is good is not looked at here.
 *
 * @throws PACKAGE_BROKEN naming the file and what is wrong with it
 */
export async function checkGpkg(file: string): Promise<CheckedGpkg> {
  const handle = await openUntrusted(file);
  if (!handle) throw broken(file, 'no regular file');
  try {
    return await checkOpened(file, handle);
  } finally {
    await handle.close();
  }
}

async function checkOpened(file: string, handle: FileHandle): Promise<CheckedGpkg> {
  const { size } = await handle.stat();
  if (size === 0) throw broken(file, 'a zero-byte file, which an interrupted build leaves');
  const whole = { md5: createHash('md5'), sha1: createHash('sha1'), sha512: createHash('sha512') };
  const members = await readMembers(file, hashedChunks(handle, size, Object.values(whole)));
  const manifestText = members.get('Manifest')?.content?.toString('utf8');
  const manifest = manifestText === undefined ? undefined : parseGpkgManifest(manifestText);
  if (manifestText === undefined || !manifest) throw broken(file, 'no Manifest, or one that cannot be read');
  compareWithManifest(file, members, manifest);
  const metadata = await readMetadata(file, members);
  const [md5, sha1, sha512] = Object.values(whole).map((hash) => hash.digest('hex')) as [string, string, string];
  return { metadata, size, md5, sha1, sha512, manifestText, isSigned: manifest.isSigned };
}

interface Member {
  size: number;
  blake2b: string;
  sha512: string;
  /** Only of the Manifest and the metadata. */
  content: Buffer | undefined;
}

async function readMembers(file: string, chunks: AsyncIterable<Buffer>): Promise<Map<string, Member>> {
  const members = new Map<string, Member>();
  let directory: string | undefined;
  try {
    const decoder = createTarDecoder({ strict: true });
    const source = Readable.toWeb(Readable.from(chunks)) as ReadableStream<Uint8Array>;
    for await (const entry of source.pipeThrough(decoder)) {
      const [parent = '', name = '', ...deeper] = entry.header.name.split('/');
      directory ??= parent;
      const isRight = entry.header.type === 'file' && deeper.length === 0 && parent === directory && parent !== '';
      if (!isRight || !/^[\w.+-]+$/.test(name)) throw broken(file, `an unexpected member '${entry.header.name}'`);
      if (members.has(name)) throw broken(file, `two members '${name}'`);
      if (members.size === MAX_MEMBERS) throw broken(file, `more than ${MAX_MEMBERS} members`);
      members.set(name, await readMember(file, name, entry));
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code !== undefined) throw error;
    throw broken(file, `no whole tar file (${(error as Error).message})`, error);
  }
  return members;
}

/** No byte more than the file had when it was opened. */
async function* hashedChunks(handle: FileHandle, size: number, hashes: Hash[]): AsyncGenerator<Buffer> {
  const options = { start: 0, end: size - 1, autoClose: false, highWaterMark: 256 * 1024 };
  for await (const chunk of handle.createReadStream(options) as AsyncIterable<Buffer>) {
    for (const hash of hashes) hash.update(chunk);
    yield chunk;
  }
}

async function readMember(file: string, name: string, { header, body }: ParsedTarEntry): Promise<Member> {
  const max = name === 'Manifest' ? MAX_KEPT.manifest : name.startsWith('metadata.tar') ? MAX_KEPT.metadata : 0;
  if (max > 0 && header.size > max) throw broken(file, `${name} has ${header.size} bytes, more than ${max}`);
  const blake2b = createHash('blake2b512');
  const sha512 = createHash('sha512');
  const kept: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    blake2b.update(chunk);
    sha512.update(chunk);
    if (max > 0) kept.push(Uint8Array.from(chunk));
  }
  if (size !== header.size) throw broken(file, `${name} is cut off after ${size} of ${header.size} bytes`);
  const content = max > 0 ? Buffer.concat(kept) : undefined;
  return { size, blake2b: blake2b.digest('hex'), sha512: sha512.digest('hex'), content };
}

function compareWithManifest(file: string, members: Map<string, Member>, manifest: GpkgManifest): void {
  const names = manifest.members.map((member) => member.name);
  const unlisted = [...members.keys()].filter((name) => name !== 'Manifest' && !names.includes(name));
  if (unlisted.length > 0) throw broken(file, `${unlisted.join(', ')} not named in its Manifest`);
  for (const listed of manifest.members) {
    const member = members.get(listed.name);
    if (!member) throw broken(file, `no member '${listed.name}', which its Manifest names`);
    const isSame =
      member.size === listed.size &&
      (listed.blake2b === null || listed.blake2b === member.blake2b) &&
      (listed.sha512 === null || listed.sha512 === member.sha512);
    if (!isSame) throw broken(file, `another ${listed.name} than its Manifest names`);
  }
  if (!members.has('gpkg-1')) throw broken(file, 'no gpkg-1 marker');
  if (!names.some((name) => /^image\.tar(\.(?!sig$)\w+)?$/.test(name))) throw broken(file, 'no image');
}

async function readMetadata(file: string, members: Map<string, Member>): Promise<PackageMetadata> {
  const name = [...members.keys()].find((key) => /^metadata\.tar(\.(?!sig$)\w+)?$/.test(key));
  const content = name === undefined ? undefined : members.get(name)?.content;
  if (name === undefined || !content) throw broken(file, 'no metadata');
  const files = await unpackMetadata(name, content);
  const metadata = typeof files === 'string' ? files : parseGpkgMetadata(files);
  if (typeof metadata === 'string') throw broken(file, metadata);
  return metadata;
}

function broken(file: string, what: string, cause?: unknown): Error {
  return coordinatorError('PACKAGE_BROKEN', `expected a whole gpkg at ${file}, got ${what}`, { cause });
}
