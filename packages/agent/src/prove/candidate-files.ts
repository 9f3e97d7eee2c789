import { posix } from 'node:path';
import type { BinaryRepository } from '../collect/binrepos.ts';

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
