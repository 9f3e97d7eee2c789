import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { coordinatorError } from '../coordinator-errors.ts';
import { parsePostmasterFile, socketFits } from './cluster-files.ts';
import { CLUSTER_PORT } from './connect.ts';
import type { SystemUser } from './system-users.ts';

/**
 * The private cluster on disk:
 *
 *     STATE/pg-18/data/           the data directory, 0700, the server user's
 *     STATE/pg-18/socket/         .s.PGSQL.5432, 0750 (elsewhere where STATE's path is too long for a socket)
 *     STATE/pg-18/postgres.log
 *     STATE/database.json         which of these is in use, for the other processes: they may not read the data directory
 */
export interface ClusterPointer {
  major: number;
  /** Directory of the server's socket. */
  socketDirectory: string;
}

const POINTER = 'database.json';

export async function readPointer(stateDirectory: string): Promise<ClusterPointer | undefined> {
  try {
    return JSON.parse(await readFile(join(stateDirectory, POINTER), 'utf8')) as ClusterPointer;
  } catch {
    return undefined;
  }
}

export async function writePointer(stateDirectory: string, pointer: ClusterPointer): Promise<void> {
  const file = join(stateDirectory, POINTER);
  await writeFile(`${file}.new`, `${JSON.stringify(pointer)}\n`, { mode: 0o644 });
  await rename(`${file}.new`, file);
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
 * Pid of the server that runs on this data directory; undefined: none does.
 * A pid alone proves nothing, since another program may have got it: a server's working directory is its data directory.
 */
export function runningServer(dataDirectory: string): number | undefined {
  const file = join(dataDirectory, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const found = parsePostmasterFile(readFileSync(file, 'utf8'));
  return found && worksIn(found.pid, dataDirectory) ? found.pid : undefined;
}

/** Whether any process works in the data directory: a server, or one of its children that outlived it. */
export function anyProcessIn(dataDirectory: string): boolean {
  return readdirSync('/proc').some((name) => /^\d+$/.test(name) && worksIn(Number(name), dataDirectory));
}

function worksIn(pid: number, directory: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(directory);
  } catch {
    return false;
  }
}

/**
 * A directory for the socket that the server's user owns: below the cluster, else below `paths.run`, else a new one in /tmp.
 *
 * @param previous the directory of the last start, taken again while it exists
 */
export async function makeSocketDirectory(
  places: { cluster: string; run: string; previous: string | undefined },
  user: SystemUser,
): Promise<string> {
  const candidates = [join(places.cluster, 'socket'), places.previous ?? '', join(places.run, 'pg')];
  for (const directory of candidates.filter((candidate) => candidate !== '' && socketFits(candidate, CLUSTER_PORT))) {
    if (await makeOwned(directory, user, 0o750)) return directory;
  }
  const directory = await mkdtemp('/tmp/binhost-pg-');
  if (await makeOwned(directory, user, 0o750)) return directory;
  throw coordinatorError(
    'DATABASE_UNAVAILABLE',
    `expected a directory for the database's socket whose path has room for ${CLUSTER_PORT} within 107 bytes, tried ${candidates.filter(Boolean).join(', ')} and /tmp`,
    { hint: 'Choose a shorter paths.state or paths.run.' },
  );
}

/**
 * Makes a directory that belongs to the server's user.
 *
 * @returns false where it exists and belongs to somebody else, or cannot be made
 */
export async function makeOwned(directory: string, user: SystemUser, mode: number): Promise<boolean> {
  try {
    await mkdir(directory, { recursive: true });
    if (process.getuid?.() === 0) await chown(directory, user.uid, user.gid);
    if ((await stat(directory)).uid !== user.uid) return false;
    await chmod(directory, mode);
    return true;
  } catch {
    return false;
  }
}
