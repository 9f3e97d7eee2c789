import { posix } from 'node:path';

/** One entry of binrepos.conf. */
export interface BinaryRepository {
  name: string;
  syncUri: string;
  /** Where Portage keeps what it fetched from there. */
  location: string;
}

/** @param text all files of /etc/portage/binrepos.conf, one after the other */
export function parseBinrepos(text: string): BinaryRepository[] {
  const sections = new Map<string, Map<string, string>>();
  let section = '';
  for (const line of text.split('\n')) {
    section = /^\s*\[([^\]]+)\]/.exec(line)?.[1]?.trim() ?? section;
    const setting = /^\s*([\w-]+)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (!setting || section === '') continue;
    const values = sections.get(section) ?? new Map<string, string>();
    sections.set(section, values.set(setting[1] ?? '', setting[2] ?? ''));
  }
  const defaults = sections.get('DEFAULT');
  const of = (name: string, key: string): string => sections.get(name)?.get(key) ?? defaults?.get(key) ?? '';
  return [...sections.keys()]
    .filter((name) => name !== 'DEFAULT')
    .map((name) => ({
      name,
      syncUri: of(name, 'sync-uri'),
      location: of(name, 'location') || `/var/cache/binhost/${name}`,
    }));
}

export interface FilePlaces {
  repositories: readonly BinaryRepository[];
  /** PKGDIR: where Portage keeps fetched binaries of hosts that have no location. */
  packageDirectory: string;
  /** portage.root: a system that is not at / may name its paths as seen from inside. */
  root: string;
}

/**
 * Where Portage may keep the file of a published package, the likeliest first.
 *
 * @param path below the pool's URL, as the coordinator says it
 * @returns empty where the path would lead out of the directory: it came over the network
 */
export function candidateFiles(path: string, { repositories, packageDirectory, root }: FilePlaces): string[] {
  const inside = posix.normalize(path);
  if (inside.startsWith('/') || inside.startsWith('..') || inside === '.') return [];
  const directories = [...repositories.map(({ location }) => location), packageDirectory].filter(Boolean);
  const seen = root === '/' ? directories : directories.flatMap((one) => [posix.join(root, one), one]);
  return [...new Set(seen.map((directory) => posix.join(directory, inside)))];
}
