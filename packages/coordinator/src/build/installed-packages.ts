import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCpv } from '@binhost/shared/portage';
import { type InstalledSlot, parseSlotFile } from './binding-plan.ts';
import { readPlainFile } from './read-untrusted.ts';
import { resolveInRoot } from './run-mounts.ts';

/** Every installed version of these packages (category/name), from the /var/db/pkg below `root`. */
export async function installedSlots(root: string, packages: ReadonlySet<string>): Promise<InstalledSlot[]> {
  const found: InstalledSlot[] = [];
  const database = await packageDatabase(root);
  for (const cpv of await installedCpvs(root)) {
    const cp = parseCpv(cpv)?.cp;
    if (cp === undefined || !packages.has(cp)) continue;
    const text = await readPlainFile(join(database, cpv, 'SLOT'));
    if (text !== undefined) found.push({ cpv, cp, ...parseSlotFile(text) });
  }
  return found;
}

/** A digest that differs after any merge or unmerge below `root`: names and times of all installed packages. */
export async function packageDatabaseDigest(root: string): Promise<string> {
  const digest = createHash('sha256');
  const database = await packageDatabase(root);
  for (const cpv of await installedCpvs(root)) {
    const times = await stat(join(database, cpv)).catch(() => undefined);
    digest.update(`${cpv} ${times?.mtimeMs}\n`);
  }
  return digest.digest('hex');
}

/** /var/db/pkg below `root`; a link on the way there, which a build may have made, does not lead out of the root. */
export function packageDatabase(root: string): Promise<string> {
  return resolveInRoot(root, '/var/db/pkg');
}

/** category/name-version of everything installed below `root`, sorted. */
export async function installedCpvs(root: string): Promise<string[]> {
  const database = await packageDatabase(root);
  const categories = await directories(database);
  const lists = await Promise.all(
    categories.map(async (category) =>
      (await directories(join(database, category))).map((name) => `${category}/${name}`),
    ),
  );
  return lists.flat().sort();
}

/** Portage keeps half-done merges as `-MERGING-…` and locks as files with a dot in front. */
async function directories(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && !/^[-.]/.test(entry.name)).map((entry) => entry.name);
}
