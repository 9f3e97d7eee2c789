import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { attemptsInUse } from '../queue/attempts-in-use-store.ts';
import type { PoolPublisher } from './pool-publisher.ts';
import { removeTree } from './published-directory.ts';

/**
 * Removes hand-overs that nobody will publish any more: their build ended, was cancelled or is built anew, or a builder was
 * killed between the rename and its word to the database. Which are still wanted the database knows; an attempt that it does
 * not know is from before it was lost.
 */
export async function sweepStaging({ db, paths, log }: PoolPublisher): Promise<void> {
  const found = new Map<string, number>();
  for (const name of await readdir(paths.staging).catch(() => [])) {
    const attempt = /^(?:\.incoming-)?([1-9]\d{0,14})$/.exec(name)?.[1];
    if (attempt !== undefined) found.set(name, Number(attempt));
  }
  const inUse = new Set(await attemptsInUse(db, [...found.values()]));
  for (const [name, attemptId] of found) {
    if (inUse.has(attemptId)) continue;
    const directory = join(paths.staging, name);
    await removeTree(directory).then(
      () => log.info({ attemptId }, 'removed a hand-over that nobody waits for'),
      (err: unknown) => log.warn({ err, directory }, 'could not remove hand-over'),
    );
  }
}
