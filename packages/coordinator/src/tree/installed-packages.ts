/**
 * What is installed in a system of the binhost's own. In: the directory that is its `/`. Out: packages, as nodes report theirs
 * in an inventory (their libraries left out). Used by demand. A system without a package database has nothing installed.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PORTAGE_GRAMMAR } from '@binhost/shared/portage';
import type { InstalledPackage } from '@binhost/shared/protocol';

/** @param root the pool's system */
export async function installedPackages(root: string): Promise<InstalledPackage[]> {
  const database = join(root, 'var/db/pkg');
  const found: InstalledPackage[] = [];
  for (const category of await directories(database)) {
    const names = await directories(join(database, category));
    const packages = await Promise.all(names.map((pf) => readPackage(database, `${category}/${pf}`)));
    found.push(...packages.filter((each) => each !== undefined));
  }
  return found;
}

async function readPackage(database: string, cpv: string): Promise<InstalledPackage | undefined> {
  if (!PORTAGE_GRAMMAR.cpv.test(cpv)) return undefined;
  const read = (name: string): Promise<string> => readFile(join(database, cpv, name), 'utf8').catch(() => '');
  const [slotText = '', use = '', iuse = '', repository = ''] = await Promise.all(
    ['SLOT', 'USE', 'IUSE', 'repository'].map(async (name) => (await read(name)).trim()),
  );
  const [slot = '', subslot = slot] = slotText.split('/', 2);
  if (slot === '') return undefined;
  const known = new Set(words(iuse).map((flag) => flag.replace(/^[+-]/, '')));
  const useEnabled = [...new Set(words(use))].filter((flag) => known.has(flag)).sort();
  return { cpv, slot, subslot, repository: repository || null, useEnabled, provides: null };
}

/** Portage keeps half-done merges as `-MERGING-…` and locks as files with a dot in front. */
async function directories(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && !/^[-.]/.test(entry.name)).map((entry) => entry.name);
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}
