import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCpv } from '@binhost/shared/portage';
import { type InstalledSlot, parseSlotFile } from './binding-plan.ts';

/** Every installed version of these packages (category/name), from the /var/db/pkg below `root`. */
export async function installedSlots(root: string, packages: ReadonlySet<string>): Promise<InstalledSlot[]> {
  const found: InstalledSlot[] = [];
  for (const cpv of await installedCpvs(root)) {
    const cp = parseCpv(cpv)?.cp;
    if (cp === undefined || !packages.has(cp)) continue;
    const text = await readFile(join(root, DATABASE, cpv, 'SLOT'), 'utf8').catch(() => undefined);
    if (text !== undefined) found.push({ cpv, cp, ...parseSlotFile(text) });
  }
  return found;
}

/** A digest that differs after any merge or unmerge below `root`: names and times of all installed packages. */
export async function packageDatabaseDigest(root: string): Promise<string> {
  const digest = createHash('sha256');
  for (const cpv of await installedCpvs(root)) {
    const times = await stat(join(root, DATABASE, cpv)).catch(() => undefined);
    digest.update(`${cpv} ${times?.mtimeMs}\n`);
  }
  return digest.digest('hex');
}

export const DATABASE = 'var/db/pkg';

/** category/name-version of everything installed below `root`, sorted. */
export async function installedCpvs(root: string): Promise<string[]> {
  const categories = await directories(join(root, DATABASE));
  const lists = await Promise.all(
    categories.map(async (category) =>
      (await directories(join(root, DATABASE, category))).map((name) => `${category}/${name}`),
    ),
  );
  return lists.flat().sort();
}

/** Portage keeps half-done merges as `-MERGING-…` and locks as files with a dot in front. */
async function directories(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && !/^[-.]/.test(entry.name)).map((entry) => entry.name);
}
