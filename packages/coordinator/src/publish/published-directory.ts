import { link, mkdir, readdir, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { syncDirectory } from './write-atomically.ts';

/** Where one pool's files are. */
export interface PoolPaths {
  /** The published directory, as nodes see it. */
  published: string;
  /** Where copies are signed: beside the published directories, so that a rename suffices, and never served. */
  work: string;
  /** Hand-overs of the builders, one directory per attempt. */
  staging: string;
}

export function poolPaths(config: Pick<CoordinatorConfig, 'paths'>, pool: string): PoolPaths {
  return {
    published: join(config.paths.packages, pool),
    work: join(config.paths.packages, '.signing', pool),
    staging: join(config.paths.state, 'staging'),
  };
}

export const GPKG_ENDING = '.gpkg.tar';
/** Below a published directory: what is signed and fetched, but no package of the index. */
export const PROBE_DIRECTORY = 'probe';

export interface FoundFile {
  /** Below the directory that was searched. */
  path: string;
  /** Bytes. */
  size: number;
}

/**
 * All regular `*.gpkg.tar` files below a directory, by path; links are not followed, and the probe is none of them. Nothing
 * where there is no directory.
 */
export async function listGpkgs(directory: string): Promise<FoundFile[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(ignoreMissing);
  const files = (entries ?? []).filter((entry) => entry.isFile() && entry.name.endsWith(GPKG_ENDING));
  const found: FoundFile[] = [];
  for (const file of files) {
    const path = join(file.parentPath, file.name).slice(directory.length + 1);
    if (path.startsWith(`${PROBE_DIRECTORY}/`)) continue;
    const facts = await stat(join(directory, path)).catch(ignoreMissing);
    if (facts) found.push({ path, size: facts.size });
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** `CAT/PN/PF-N.gpkg.tar` → N; undefined where the file belongs to another version or carries no number. */
export function buildNumber(path: string, pf: string): number | undefined {
  const file = path.slice(path.lastIndexOf('/') + 1);
  if (!file.startsWith(`${pf}-`) || !file.endsWith(GPKG_ENDING)) return undefined;
  const number = file.slice(pf.length + 1, -GPKG_ENDING.length);
  return /^[1-9]\d{0,8}$/.test(number) ? Number(number) : undefined;
}

/** The place of a package in a published directory. */
export interface Placed {
  /** Below the published directory. */
  path: string;
  buildId: number;
}

/**
 * Gives a finished file its name in the published directory, under the next free build number. A file that stands there is
 * never replaced: a link to a taken name fails, and the next number is tried. The file is complete under its name at once.
 *
 * @param file on the file system of `published`; it is gone from its old place afterwards
 * @param afterNumber the highest number that was ever used for the version, 0 for none
 */
export async function placeFile(
  file: string,
  published: string,
  { cp, pf, afterNumber }: { cp: string; pf: string; afterNumber: number },
): Promise<Placed> {
  const directory = join(published, cp);
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const numbers = (await readdir(directory)).map((name) => buildNumber(name, pf) ?? 0);
  for (let buildId = Math.max(afterNumber, ...numbers) + 1; ; buildId += 1) {
    const path = `${cp}/${pf}-${buildId}${GPKG_ENDING}`;
    try {
      await link(file, join(published, path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw error;
    }
    await unlink(file);
    await syncDirectory(directory);
    await syncDirectory(dirname(directory));
    return { path, buildId };
  }
}

/** Removes a directory with all that is in it; nothing happens where there is none. */
export async function removeTree(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
