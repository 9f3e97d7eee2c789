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
  const shown = names.filter((name) => !name.startsWith('.') && !name.endsWith('~')).sort();
  return (await Promise.all(shown.map((name) => readAll(join(path, name))))).join('\n');
}
