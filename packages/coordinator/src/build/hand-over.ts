import { chmod, cp, lchown, lstat, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { INCOMING_PREFIX } from './attempt-directory.ts';
import { BUILD_ROOT_FILE } from './build-root-facts.ts';

/** To whom the files are given: the user that publishes. */
export interface FileOwner {
  uid: number;
  gid: number;
}

/**
 * Moves what a build left in its PKGDIR to where a publisher looks for it, in one step: the target is there whole or not at
 * all. Only plain files and directories survive; nothing is opened.
 *
 * @param owner given all of it; undefined where we are not root and everything is one user's
 */
export async function handOverFiles(from: string, to: string, owner: FileOwner | undefined): Promise<void> {
  await clean(from, owner);
  await rm(to, { recursive: true, force: true });
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    const incoming = join(dirname(to), `${INCOMING_PREFIX}${basename(to)}`);
    await rm(incoming, { recursive: true, force: true });
    await mkdir(incoming, { mode: 0o700 });
    await cp(from, incoming, { recursive: true, preserveTimestamps: true });
    await clean(incoming, owner);
    await rename(incoming, to);
  }
}

/**
 * Puts what is known of the build root beside the packages. The build may have left anything under that name.
 *
 * @param facts JSON of BuildRootFacts; undefined: not known
 */
export async function addRootFacts(directory: string, facts: string | undefined): Promise<void> {
  const file = join(directory, BUILD_ROOT_FILE);
  await rm(file, { recursive: true, force: true });
  if (facts !== undefined) await writeFile(file, facts, { flag: 'wx', mode: 0o644 });
}

/** The build ran as root and may have left anything: links out of the directory, devices, sockets, odd modes. */
async function clean(path: string, owner: FileOwner | undefined): Promise<void> {
  const found = await lstat(path);
  if (!found.isDirectory() && !found.isFile()) return rm(path, { force: true });
  if (found.isDirectory()) {
    for (const name of await readdir(path)) await clean(join(path, name), owner);
  }
  // No link gets here, and the directory around it is still ours: chmod, which would follow one, comes before the owner's turn.
  await chmod(path, found.isDirectory() ? 0o755 : 0o644);
  if (owner) await lchown(path, owner.uid, owner.gid);
}
