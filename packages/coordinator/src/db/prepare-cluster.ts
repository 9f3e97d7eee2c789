import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { coordinatorError } from '../coordinator-errors.ts';
import { anyProcessIn } from './cluster-directory.ts';
import { HBA_TEXT, identText } from './cluster-files.ts';
import { chownTree, isRoot, makeOwned, writePlainFile } from './owned-directory.ts';
import { runInitdb } from './run-postgres.ts';
import type { SystemUser } from './system-users.ts';

/** Where a private cluster lies and who runs it. */
export interface ClusterPlace {
  major: number;
  /** STATE/pg-MAJOR */
  directory: string;
  data: string;
  logFile: string;
  /** Runs the server. */
  user: SystemUser;
  /** False only in tests: nothing is written through to the disk. */
  isDurable: boolean;
  /** System users that may connect. */
  members: string[];
}

/**
 * Makes the cluster if there is none yet, and everything on disk ready for a start.
 *
 * @throws DATABASE_UNAVAILABLE where the directory belongs to somebody else or initdb fails
 */
export async function prepareCluster(place: ClusterPlace, binDirectory: string): Promise<void> {
  if (!(await makeOwned(place.directory, place.user, 0o755))) {
    throw coordinatorError(
      'DATABASE_UNAVAILABLE',
      `expected ${place.directory} to belong to the user ${place.user.name}, who runs PostgreSQL`,
      { hint: `Run as that user, name another as postgres.user, or change the directory's owner.` },
    );
  }
  if (!existsSync(place.data)) await makeCluster(place, binDirectory);
  // The user that runs the server may be another than last time.
  if (isRoot() && (await stat(place.data)).uid !== place.user.uid) await chownTree(place.data, place.user);
  await writeAccessFiles(place);
  await removeStalePid(place);
}

async function makeCluster(place: ClusterPlace, binDirectory: string): Promise<void> {
  // By rename: an initdb that was killed leaves nothing that looks like a cluster.
  const unfinished = await mkdtemp(join(place.directory, 'new-'));
  await makeOwned(unfinished, place.user, 0o700);
  try {
    await runInitdb(binDirectory, join(unfinished, 'data'), place);
    await rename(join(unfinished, 'data'), place.data);
  } catch (error) {
    // Another process was faster.
    if (!existsSync(place.data)) throw error;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Who may connect, written anew at every start. */
export async function writeAccessFiles(place: ClusterPlace): Promise<void> {
  await writePlainFile(join(place.data, 'pg_hba.conf'), HBA_TEXT);
  await writePlainFile(join(place.data, 'pg_ident.conf'), identText(place.members));
}

/**
 * PostgreSQL itself takes a pid file over whose process is gone. One whose number another program of the same user got
 * meanwhile would stop it for ever: that is removed, after making sure that nothing of a server is left.
 */
async function removeStalePid({ data }: ClusterPlace): Promise<void> {
  const file = join(data, 'postmaster.pid');
  if (existsSync(file) && !anyProcessIn(data)) await rm(file, { force: true });
}
