import { stat } from 'node:fs/promises';

/** Changes whenever the file is written; undefined: there is none. */
export async function fileStamp(path: string): Promise<string | undefined> {
  const facts = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  return facts && `${facts.mtimeMs}/${facts.size}`;
}
