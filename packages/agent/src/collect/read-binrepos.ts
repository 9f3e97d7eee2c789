import { join } from 'node:path';
import { type BinaryRepository, parseBinrepos } from './binrepos.ts';
import { readAll } from './read-local-facts.ts';

/** /etc/portage/binrepos.conf below `root`: a file, or a directory of files. Nothing there: no repositories. */
export async function readBinrepos(root: string): Promise<BinaryRepository[]> {
  return parseBinrepos(await readAll(join(root, 'etc/portage/binrepos.conf')));
}
