import { open, rename, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Replaces a file so that a reader, and a power cut, find either the old or the new one whole.
 *
 * @param mtime its modification time in whole seconds; left out: now
 */
export async function writeAtomically(file: string, content: string | Uint8Array, mtime?: number): Promise<void> {
  const temporary = `${file}.new`;
  const handle = await open(temporary, 'w', 0o644);
  try {
    await handle.writeFile(content);
    await handle.chmod(0o644);
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (mtime !== undefined) await utimes(temporary, mtime, mtime);
  await rename(temporary, file);
  await syncDirectory(dirname(file));
}

/** Makes renames and links in a directory survive a power cut. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
