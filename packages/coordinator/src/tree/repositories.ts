import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { fileStamp } from './file-stamp.ts';
import { readPortageq } from './read-portageq.ts';
import { repositoryRevision } from './repository-revision.ts';

export interface Repositories {
  /** Names of the binhost's repositories and where they lie. @throws PORTAGE_FAILED */
  repositories: () => Promise<ReadonlyMap<string, string>>;
  /** Names of the binhost's repositories and how far each is; null: it has no time stamp. @throws PORTAGE_FAILED */
  revisions: () => Promise<ReadonlyMap<string, string | null>>;
}

/** Where the binhost's repositories are, asked of its Portage once for each state of repos.conf. */
export function openRepositories(
  portage: CoordinatorConfig['portage'],
  inTurn: <T>(task: () => Promise<T>) => Promise<T>,
): Repositories {
  let known: { stamp: string; repositories: Promise<ReadonlyMap<string, string>> } | undefined;

  async function repositories(): Promise<ReadonlyMap<string, string>> {
    const stamp = await settingsStamp(join(portage.root, 'etc/portage/repos.conf'));
    if (known?.stamp === stamp) return known.repositories;
    const asked = inTurn(() => askRepositories(portage));
    known = { stamp, repositories: asked };
    asked.catch(() => {
      known = undefined;
    });
    return asked;
  }

  async function revisions(): Promise<ReadonlyMap<string, string | null>> {
    const places = [...(await repositories())];
    return new Map(
      await Promise.all(
        places.map(async ([name, location]) => [name, (await repositoryRevision(location)) ?? null] as const),
      ),
    );
  }

  return { repositories, revisions };
}

async function askRepositories(portage: CoordinatorConfig['portage']): Promise<ReadonlyMap<string, string>> {
  const names = (await readPortageq(portage, ['get_repos', '/'])).stdout.split(/\s+/).filter(Boolean);
  if (names.length === 0) return new Map();
  const paths = (await readPortageq(portage, ['get_repo_path', '/', ...names])).stdout.split('\n');
  return new Map(names.flatMap((name, index) => (paths[index] ? [[name, paths[index]]] : [])));
}

/** Changes whenever repos.conf, a file or a directory of files, does. */
async function settingsStamp(path: string): Promise<string> {
  const names = (await readdir(path).catch((): string[] => [])).sort();
  const stamps = await Promise.all([path, ...names.map((name) => join(path, name))].map(fileStamp));
  return [...names, ...stamps].join(' ');
}
