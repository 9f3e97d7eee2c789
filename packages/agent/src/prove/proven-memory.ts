import { join } from 'node:path';
import { stateFile } from '../files/state-file.ts';

/** A file that was proven, by what changes when it does. */
export interface ProvenFile {
  path: string;
  size: number;
  mtimeMs: number;
  /** SHA-512 of the file when it was proven. */
  sha512: string;
}

/** The files that were proven, so that they are read again only when they change. Losing it costs time, nothing else. */
export interface ProvenMemory {
  has(file: ProvenFile): boolean;
  add(file: ProvenFile): void;
  /** Writes what was added; forgets all but the newest. @throws STATE_UNUSABLE */
  save(): void;
}

const MAX_REMEMBERED = 20_000;

export function openProvenMemory(stateDirectory: string): ProvenMemory {
  const file = stateFile(join(stateDirectory, 'proven.json'), decodeFiles);
  const files = new Map(loadOrNothing(file).map((one) => [one.path, one]));
  let isChanged = false;
  return {
    has: ({ path, size, mtimeMs, sha512 }) => {
      const known = files.get(path);
      return known?.size === size && known.mtimeMs === mtimeMs && known.sha512 === sha512;
    },
    add: (one) => {
      files.delete(one.path);
      files.set(one.path, one);
      isChanged = true;
    },
    save: () => {
      if (!isChanged) return;
      file.store([...files.values()].slice(-MAX_REMEMBERED));
      isChanged = false;
    },
  };
}

function loadOrNothing(file: { load(): ProvenFile[] | undefined }): ProvenFile[] {
  try {
    return file.load() ?? [];
  } catch {
    return [];
  }
}

function decodeFiles(value: unknown): ProvenFile[] {
  if (!Array.isArray(value)) throw new Error('expected a list');
  return value.map(({ path, size, mtimeMs, sha512 }: ProvenFile) => {
    if (typeof path !== 'string' || typeof sha512 !== 'string') throw new Error('expected path and sha512');
    return { path, size: Number(size), mtimeMs: Number(mtimeMs), sha512 };
  });
}
