import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BinaryRepository, parseBinrepos } from './binrepos.ts';

/** /etc/portage/binrepos.conf below `root`: a file, or a directory of files. Nothing there: no repositories. */
export async function readBinrepos(root: string): Promise<BinaryRepository[]> {
  return parseBinrepos(await readAll(join(root, 'etc/portage/binrepos.conf')));
}

async function readAll(path: string): Promise<string> {
  const names = await readdir(path).catch(() => undefined);
  if (!names) return readFile(path, 'utf8').catch(() => '');
  const texts = names.sort().map((name) => (name.startsWith('.') || name.endsWith('~') ? '' : readAll(join(path, name))));
  return (await Promise.all(texts)).join('\n');
}
