/**
 * The signed Manifest of a published gpkg, read by ranges: a few KiB of a package of any size. The reader of bytes is passed
 * in (read-range.ts over HTTP), so this only walks the archive. Bounded in members and in what it reads.
 */
import { posix } from 'node:path';
import { parseGpkgManifest } from '@binhost/shared/portage';
import { layoutDifference, type PlacedMember } from './gpkg-layout.ts';
import { paddedSize, parseTarHeader, paxPath, TAR_BLOCK } from './tar-header.ts';

/** Exactly these bytes of the file. */
export type ReadRange = (start: number, length: number) => Promise<Buffer>;

export interface RemoteManifest {
  manifestText: string;
  members: (PlacedMember & { name: string; size: number })[];
}

const MAX_MEMBERS = 100;
const MAX_RECORD_BYTES = 64 * 1024;
const MAX_MANIFEST_BYTES = 256 * 1024;

/** @throws Error where the file is no gpkg, or has no Manifest */
export async function readRemoteManifest(size: number, read: ReadRange): Promise<RemoteManifest> {
  const members: RemoteManifest['members'] = [];
  let manifestText: string | undefined;
  let longName: string | undefined;
  let at = 0;
  for (let count = 0; at + TAR_BLOCK <= size; count++) {
    if (count >= MAX_MEMBERS) throw new Error(`more than ${MAX_MEMBERS} members`);
    const header = parseTarHeader(await read(at, TAR_BLOCK));
    if (!header) break;
    const body = at + TAR_BLOCK;
    if (body + header.size > size) throw new Error(`${header.name} is longer than the file`);
    if (header.kind === 'pax' || header.kind === 'gnu-name') {
      if (header.size > MAX_RECORD_BYTES) throw new Error('a name that is too long');
      const record = await read(body, header.size);
      longName = header.kind === 'pax' ? paxPath(record) : record.toString('utf8').replace(/\0.*$/s, '');
    } else {
      const path = longName ?? header.name;
      const name = posix.basename(path);
      const isFile = header.kind === 'file';
      longName = undefined;
      members.push({ name, path, isFile, size: header.size });
      if (isFile && name === 'Manifest') manifestText = await readManifest(read, body, header.size);
    }
    at = body + paddedSize(header.size);
  }
  if (manifestText === undefined) throw new Error('it has no Manifest');
  return { manifestText, members };
}

async function readManifest(read: ReadRange, start: number, size: number): Promise<string> {
  if (size > MAX_MANIFEST_BYTES) throw new Error(`a Manifest larger than ${MAX_MANIFEST_BYTES} bytes`);
  return (await read(start, size)).toString('utf8');
}

/** @returns how the members differ from the Manifest, by name and size; undefined: not at all */
export function remoteDifference({ manifestText, members }: RemoteManifest): string | undefined {
  const misplaced = layoutDifference(members);
  if (misplaced) return misplaced;
  const manifest = parseGpkgManifest(manifestText);
  if (!manifest) return 'its Manifest cannot be read';
  if (!manifest.isSigned) return 'its Manifest is not signed';
  const found = members.filter(({ name }) => name !== 'Manifest' && name !== 'gpkg-1');
  const surplus = found.find(({ name }) => !manifest.members.some((member) => member.name === name));
  if (surplus) return `its Manifest does not name ${surplus.name}`;
  const missing = manifest.members.find(
    ({ name, size }) => !members.some((one) => one.name === name && one.size === size),
  );
  return missing && `${missing.name} is not as long as its Manifest says, or not there`;
}
