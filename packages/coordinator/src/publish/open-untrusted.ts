import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';

/**
 * Files that somebody else handed over: a link is not followed, a FIFO that nobody writes to is not waited for, a device is
 * not read. What was opened stays what it was, whatever happens to its name afterwards.
 *
 * @returns undefined where it is no regular file @throws ENOENT and whatever the disk says
 */
export async function openUntrusted(path: string): Promise<FileHandle | undefined> {
  // To open a device may already do something.
  if (!(await lstat(path)).isFile()) return undefined;
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ELOOP') return undefined;
    throw error;
  });
  if (!handle || (await handle.stat()).isFile()) return handle;
  await handle.close();
  return undefined;
}

/** @returns undefined where it is no regular file, or is larger than that */
export async function readUntrustedText(path: string, maxBytes: number): Promise<string | undefined> {
  const handle = await openUntrusted(path);
  try {
    const size = (await handle?.stat())?.size ?? 0;
    if (!handle || size > maxBytes) return undefined;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size), 0, size, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle?.close();
  }
}

/** A directory that is no link. */
export async function isPlainDirectory(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}
