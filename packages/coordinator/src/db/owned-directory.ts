import { constants } from 'node:fs';
import { lchown, mkdir, open, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SystemUser } from './system-users.ts';

/**
 * Makes a directory that belongs to the server's user. Links are never followed: as root we would give away what they
 * point to.
 *
 * @returns false where it cannot be made, is no directory, or belongs to somebody else and we are not root
 */
export async function makeOwned(directory: string, user: SystemUser, mode: number): Promise<boolean> {
  try {
    await mkdir(directory, { recursive: true });
    const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    try {
      if (isRoot()) await handle.chown(user.uid, user.gid);
      if ((await handle.stat()).uid !== user.uid) return false;
      await handle.chmod(mode);
      return true;
    } finally {
      await handle.close();
    }
  } catch {
    return false;
  }
}

/** Gives a whole tree to the user, without following links. Only root can. */
export async function chownTree(directory: string, user: SystemUser): Promise<void> {
  await lchown(directory, user.uid, user.gid);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await chownTree(path, user);
    else await lchown(path, user.uid, user.gid);
  }
}

/** Replaces a file's text and keeps its owner and mode; a link in its place is an error. */
export async function writePlainFile(file: string, text: string, mode = 0o600): Promise<void> {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  const handle = await open(file, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode);
  try {
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
}

/** @returns the first directory on the way to the path that the user may not enter; undefined: the way is free */
export async function closedDirectory(path: string, user: SystemUser): Promise<string | undefined> {
  const parents = [path];
  while (dirname(parents[0] as string) !== parents[0]) parents.unshift(dirname(parents[0] as string));
  for (const directory of parents) {
    const { uid, gid, mode } = await stat(directory);
    const enter = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & enter) === 0) return directory;
  }
  return undefined;
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}
