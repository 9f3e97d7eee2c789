import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAtom } from '@binhost/shared/portage';

/**
 * Which packages the profile's @system names: the lines `*cat/pkg` in the files `packages` of the profile and of its parents.
 *
 * @param makeProfile the profile's directory, or a link to it
 * @param repositories where each repository lies, by name: a parent may be `gentoo:default/linux`
 * @returns category/name; undefined where a parent could not be found, so that the set would not be whole
 */
export async function profileSystem(
  makeProfile: string,
  repositories: ReadonlyMap<string, string>,
): Promise<Set<string> | undefined> {
  const top = await realpath(makeProfile).catch(() => undefined);
  if (top === undefined) return undefined;
  const names = new Set<string>();
  const isWhole = await addProfile(top, { repositories, names, depth: 0 });
  return isWhole ? names : undefined;
}

interface Walk {
  repositories: ReadonlyMap<string, string>;
  names: Set<string>;
  depth: number;
}

/** Parents first, since a profile may take away what they name. */
async function addProfile(directory: string, walk: Walk): Promise<boolean> {
  if (walk.depth > MAX_DEPTH) return false;
  for (const parent of await lines(join(directory, 'parent'))) {
    const path = parentPath(directory, parent, walk.repositories);
    const found = path && (await realpath(path).catch(() => undefined));
    if (!found || !(await addProfile(found, { ...walk, depth: walk.depth + 1 }))) return false;
  }
  for (const line of await lines(join(directory, 'packages'))) {
    const isRemoved = line.startsWith('-*');
    const cp = parseAtom(line.replace(/^-?\*/, ''))?.cp;
    if (cp === undefined || !/^-?\*/.test(line)) continue;
    if (isRemoved) walk.names.delete(cp);
    else walk.names.add(cp);
  }
  return true;
}

/** Gentoo's deepest profiles have about twenty ancestors in a row. */
const MAX_DEPTH = 100;

function parentPath(directory: string, parent: string, repositories: ReadonlyMap<string, string>): string | undefined {
  const colon = parent.indexOf(':');
  if (colon < 0) return join(directory, parent);
  const location = colon === 0 ? undefined : repositories.get(parent.slice(0, colon));
  return location && join(location, 'profiles', parent.slice(colon + 1));
}

async function lines(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter(Boolean);
}
