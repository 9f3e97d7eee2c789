import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeFacts } from '@binhost/shared/protocol';
import { localChanges, providedOf, worldOf } from './local-facts.ts';

export type LocalFacts = Pick<NodeFacts, 'localChanges' | 'world' | 'provided'>;

/** Larger ones are nothing that a person wrote. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** Reads etc/portage and var/lib/portage below `root`; what is not there says nothing. Never throws. */
export async function readLocalFacts(root: string): Promise<LocalFacts> {
  const portage = join(root, 'etc/portage');
  const [patches, env, packageEnv, bashrc, world, worldSets, provided] = await Promise.all([
    readPatched(join(portage, 'patches')),
    readPairs(join(portage, 'env')),
    readAll(join(portage, 'package.env')),
    stat(join(portage, 'bashrc')).catch(() => undefined),
    readText(join(root, 'var/lib/portage/world')),
    readText(join(root, 'var/lib/portage/world_sets')),
    readAll(join(portage, 'profile/package.provided')),
  ]);
  return {
    localChanges: localChanges({ patched: [...patches, ...env], packageEnv, hasBashrc: bashrc !== undefined }),
    world: worldOf(world, worldSets),
    provided: providedOf(provided),
  };
}

/** What stands two levels below: `[category, name]`. Files directly below (env/ has such) are no packages. */
async function readPairs(directory: string): Promise<[string, string][]> {
  const categories = await readdir(directory).catch(() => []);
  const pairs = await Promise.all(
    categories.map(async (category) => {
      const names = await readdir(join(directory, category)).catch(() => []);
      return names.map((name): [string, string] => [category, name]);
    }),
  );
  return pairs.flat();
}

async function readPatched(directory: string): Promise<[string, string][]> {
  const pairs = await readPairs(directory);
  const holdsPatch = await Promise.all(
    pairs.map(async ([category, name]) => {
      const files = await readdir(join(directory, category, name)).catch(() => []);
      return files.some((file) => /\.(?:patch|diff)$/.test(file));
    }),
  );
  return pairs.filter((_pair, at) => holdsPatch[at]);
}

/** A file, or all files of a directory, deep; as Portage without hidden files and back-ups. */
export async function readAll(path: string): Promise<string> {
  const names = await readdir(path).catch(() => undefined);
  if (!names) return readText(path);
  const shown = names.filter((name) => !name.startsWith('.') && !name.endsWith('~')).sort();
  return (await Promise.all(shown.map((name) => readAll(join(path, name))))).join('\n');
}

async function readText(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile() || found.size > MAX_FILE_BYTES) return '';
  return readFile(path, 'utf8').catch(() => '');
}
