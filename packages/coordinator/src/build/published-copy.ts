import { constants, copyFile, link, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Makes an immutable copy of a published directory: hard links where the file system is the same, else reflinks or copies.
 * What is replaced or removed below a mounted overlay is undefined, and a build must never write to what nodes download;
 * the publisher replaces files by rename, so a link keeps what it showed.
 *
 * @param from may be missing: nothing is published yet
 */
export async function copyPublished(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o755 });
  const entries = await readdir(from, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  // Files before directories: the index may then name less than is there, never more.
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
  for (const { name } of files) await linkOrCopy(join(from, name), join(to, name));
  for (const { name } of entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))) {
    await copyPublished(join(from, name), join(to, name));
  }
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    if (!NO_LINK.includes(code ?? '')) throw error;
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  }
}

/** Another file system, one without links, or one where links to others' files are forbidden. */
const NO_LINK = ['EXDEV', 'EPERM', 'EACCES', 'EOPNOTSUPP', 'EMLINK'];
