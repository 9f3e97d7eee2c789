import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { formatPackagesIndex, type PackagesIndex, parsePackagesIndex } from '@binhost/shared/portage';
import { writeAtomically } from './write-atomically.ts';

/** Facts of the index that stands in a pool's directory. */
export interface IndexFileFacts {
  /** TIMESTAMP of its header, whole seconds. */
  timestamp: number;
  /** Of the uncompressed `Packages`, hexadecimal. */
  sha256: string;
  entries: number;
}

export interface ReadIndex extends PackagesIndex {
  facts: IndexFileFacts;
  /** `Packages.gz` holds the same, and both carry TIMESTAMP as their modification time. */
  isConsistent: boolean;
}

/** An index of 100,000 packages has 100 MB; more is no index of ours. */
const MAX_INDEX_BYTES = 512 * 1024 * 1024;

/** Reads the index of a published directory, CHOST in every entry; undefined where there is none. */
export async function readIndex(directory: string): Promise<ReadIndex | undefined> {
  const text = await readFile(join(directory, 'Packages'), 'utf8').catch(ignoreMissing);
  if (text === undefined) return undefined;
  const { header, entries: blocks } = parsePackagesIndex(text);
  // a block without CHOST means the header's, which may be another one in the next index
  const entries = header.CHOST ? blocks.map((block) => ({ CHOST: header.CHOST ?? '', ...block })) : blocks;
  const timestamp = Number(/^\d{1,12}$/.exec(header.TIMESTAMP ?? '')?.[0] ?? 0);
  const facts = { timestamp, sha256: sha256Of(text), entries: entries.length };
  return { header, entries, facts, isConsistent: await isConsistent(directory, text, timestamp) };
}

async function isConsistent(directory: string, text: string, timestamp: number): Promise<boolean> {
  try {
    const packed = await readFile(join(directory, 'Packages.gz'));
    if (gunzipSync(packed, { maxOutputLength: MAX_INDEX_BYTES }).toString('utf8') !== text) return false;
    const times = await Promise.all(['Packages', 'Packages.gz'].map((name) => stat(join(directory, name))));
    return times.every(({ mtimeMs }) => Math.floor(mtimeMs / 1000) === timestamp);
  } catch {
    return false;
  }
}

/**
 * Replaces `Packages` and `Packages.gz` by rename, both with TIMESTAMP as their modification time, since the file server
 * sends that as Last-Modified. `Packages` goes first: where the second is missing after a kill, it is the older one.
 */
export async function writeIndex(directory: string, index: PackagesIndex, timestamp: number): Promise<IndexFileFacts> {
  const { CHOST } = index.header;
  const entries = index.entries.map(({ CHOST: own, ...entry }) =>
    own && own !== CHOST ? { ...entry, CHOST: own } : entry,
  );
  const text = formatPackagesIndex({ header: { ...index.header, TIMESTAMP: String(timestamp) }, entries });
  await writeAtomically(join(directory, 'Packages'), text, timestamp);
  await writeAtomically(join(directory, 'Packages.gz'), gzipSync(text), timestamp);
  return { timestamp, sha256: sha256Of(text), entries: entries.length };
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
