import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { InstalledPackage, Inventory } from '@binhost/shared/protocol';
import { agentError } from '../agent-errors.ts';
import { parseInstalledMetadata } from './installed-metadata.ts';
import { INSTALLED_FIELDS, type InstalledFields, installedPackage, makeInventory } from './inventory.ts';

/**
 * Reads what is installed: /var/db/pkg/CATEGORY/PF below `root`. A node where nothing is installed has an empty inventory.
 *
 * @throws PORTAGE_FAILED where the package database exists and cannot be read
 */
export async function readInventory(root: string): Promise<Inventory> {
  const database = join(root, 'var/db/pkg');
  const packages: InstalledPackage[] = [];
  for (const category of await directoriesOf(database)) {
    for (const pf of await directoriesOf(join(database, category))) {
      // A merge in progress; Portage itself skips these.
      if (pf.startsWith('-MERGING-')) continue;
      const entry = installedPackage(`${category}/${pf}`, await readFields(join(database, category, pf)));
      if (entry) packages.push(entry);
    }
  }
  return makeInventory(packages);
}

async function directoriesOf(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw agentError('PORTAGE_FAILED', `expected a readable package database at ${path}: ${(cause as Error).message}`, {
      hint: 'Run the agent as root, or correct portage.root.',
      cause,
    });
  }
}

async function readFields(directory: string): Promise<InstalledFields> {
  const consolidated = await readConsolidated(directory);
  const values = await Promise.all(
    INSTALLED_FIELDS.map(async (field) => consolidated?.get(field) ?? (consolidated ? '' : readText(directory, field))),
  );
  return Object.fromEntries(
    INSTALLED_FIELDS.map((field, at) => [field, values[at] ?? '']),
  ) as unknown as InstalledFields;
}

async function readConsolidated(directory: string): Promise<Map<string, string> | undefined> {
  const text = await readText(directory, 'metadata');
  if (text === '') return undefined;
  const { mtimeNs } = await stat(directory, { bigint: true });
  return parseInstalledMetadata(text, mtimeNs);
}

async function readText(directory: string, name: string): Promise<string> {
  return readFile(join(directory, name), 'utf8').catch(() => '');
}
