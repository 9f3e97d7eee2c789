import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';

/**
 * Reading, from outside and perhaps as root, what a build may have put into its root: only plain files and directories, never
 * through a link that leads out of it, never a FIFO that nobody writes to.
 */

/** More than any file of Portage's that is read here holds. */
const MAX_BYTES = 1024 * 1024;

/** @returns undefined: nothing there, no plain file, or larger than any that Portage writes */
export async function readPlainFile(path: string): Promise<string | undefined> {
  const found = await lstat(path).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => undefined);
  try {
    // Asked again of what was opened: it may have been changed in between.
    const opened = await file?.stat();
    if (!file || !opened?.isFile() || opened.size > MAX_BYTES) return undefined;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(opened.size), 0, opened.size, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    return undefined;
  } finally {
    await file?.close();
  }
}

/** Names in a directory that is no link; none where there is no such directory. */
export async function plainDirectoryNames(path: string): Promise<string[]> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isDirectory() ? readdir(path).catch(() => []) : [];
}
