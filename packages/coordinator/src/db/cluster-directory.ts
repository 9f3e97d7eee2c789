import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { lstat, mkdtemp, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { coordinatorError } from '../coordinator-errors.ts';
import { type PostmasterFile, parsePostmasterFile, socketFits } from './cluster-files.ts';
import { CLUSTER_PORT } from './connect.ts';
import { makeOwned, writePlainFile } from './owned-directory.ts';
import type { SystemUser } from './system-users.ts';

/**
 * The private cluster on disk:
 *
 *     STATE/pg-18/data/           the data directory, 0700, the server user's
 *     STATE/pg-18/socket/         .s.PGSQL.5432, 0750 (elsewhere where STATE's path is too long for a socket)
 *     STATE/pg-18/postgres.log
 *     STATE/database.json         which of these is in use, for the other processes: they may not read the data directory
 *     STATE/pg-binaries/          a copy of binaries, where the server's user can't reach the original
 */
export interface ClusterPointer {
  major: number;
  /** Directory of the server's socket. */
  socketDirectory: string;
}

const POINTER = 'database.json';

/** @returns undefined: no cluster was ever started here */
export async function readPointer(stateDirectory: string): Promise<ClusterPointer | undefined> {
  try {
    return JSON.parse(await readFile(join(stateDirectory, POINTER), 'utf8')) as ClusterPointer;
  } catch {
    return undefined;
  }
}

export async function writePointer(stateDirectory: string, pointer: ClusterPointer): Promise<void> {
  const file = join(stateDirectory, POINTER);
  const unfinished = `${file}.${randomUUID()}`;
  await writePlainFile(unfinished, `${JSON.stringify(pointer)}\n`, 0o644);
  await rename(unfinished, file);
}

export function clusterDirectory(stateDirectory: string, major: number): string {
  return join(stateDirectory, `pg-${major}`);
}

/** Major versions of the clusters that exist, the one in use first, then the newest. */
export async function existingMajors(stateDirectory: string): Promise<number[]> {
  if (!existsSync(stateDirectory)) return [];
  const majors = readdirSync(stateDirectory)
    .map((name) => Number(/^pg-(\d+)$/.exec(name)?.[1]))
    .filter((major) => major > 0 && existsSync(join(clusterDirectory(stateDirectory, major), 'data')));
  const inUse = (await readPointer(stateDirectory))?.major;
  return majors.sort((one, other) => Number(other === inUse) - Number(one === inUse) || other - one);
}

/**
 * The server that runs on this data directory; undefined: none does.
 * A pid alone proves nothing, since another program may have got it: a server's working directory is its data directory.
 */
export function runningServer(dataDirectory: string): PostmasterFile | undefined {
  const file = join(dataDirectory, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const found = parsePostmasterFile(readFileSync(file, 'utf8'));
  return found && worksIn(found.pid, dataDirectory) ? found : undefined;
}

/** Whether any process works in the data directory: a server, or one of its children that outlived it. */
export function anyProcessIn(dataDirectory: string): boolean {
  return readdirSync('/proc').some((name) => /^\d+$/.test(name) && worksIn(Number(name), dataDirectory));
}

/** By device and inode: in another mount namespace the same directory has another path. */
function worksIn(pid: number, directory: string): boolean {
  try {
    const [works, wanted] = [statSync(`/proc/${pid}/cwd`), statSync(directory)];
    return works.dev === wanted.dev && works.ino === wanted.ino;
  } catch {
    return false;
  }
}

/**
 * A directory for the socket, owned by the server's user: below the cluster, else below `paths.run`, else in /tmp.
 *
 * @param places.previous the directory of the last start, taken again while it exists
 * @throws DATABASE_UNAVAILABLE where no path is short enough
 */
export async function makeSocketDirectory(
  places: { cluster: string; run: string; previous: string | undefined },
  user: SystemUser,
): Promise<string> {
  const own = [join(places.cluster, 'socket'), join(places.run, 'pg')];
  for (const directory of own.filter((candidate) => socketFits(candidate, CLUSTER_PORT))) {
    if (await makeOwned(directory, user, 0o750)) return directory;
  }
  if (places.previous && (await isStillOurs(places.previous, user))) return places.previous;
  const directory = await mkdtemp('/tmp/binhost-pg-');
  if (await makeOwned(directory, user, 0o750)) return directory;
  throw coordinatorError(
    'DATABASE_UNAVAILABLE',
    `expected a directory of the user ${user.name} for the database's socket with a path of at most 93 bytes, tried ${own.join(', ')} and /tmp`,
    { hint: 'Choose a shorter paths.state or paths.run.' },
  );
}

/** In /tmp anybody may have put something of the same name since. */
async function isStillOurs(directory: string, user: SystemUser): Promise<boolean> {
  const found = await lstat(directory).catch(() => undefined);
  return found?.isDirectory() === true && found.uid === user.uid;
}
