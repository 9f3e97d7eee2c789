import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Answers the questions about repositories; metadata stands in the md5-cache. */
const PORTAGEQ = `
const [query] = process.argv.slice(2);
if (query === 'get_repos') console.log('gentoo');
if (query === 'get_repo_path') console.log(__dirname + '/gentoo');
`;

/**
 * Writes a repository `gentoo` with an md5-cache, and a portageq that knows it.
 *
 * @param ebuilds by cpv: KEY=value lines of its cache, SLOT=0 unless told
 * @returns `portage.portageq` for the configuration
 */
export async function writeRepository(home: string, ebuilds: Record<string, string[]>): Promise<string[]> {
  for (const [cpv, lines] of Object.entries(ebuilds)) await writeEbuild(home, cpv, lines);
  const program = join(home, 'portageq.cjs');
  await writeFile(program, PORTAGEQ);
  return [process.execPath, program];
}

async function writeEbuild(home: string, cpv: string, lines: string[]): Promise<void> {
  const [, category = '', name = '', version = ''] = /^([^/]+)\/(.+?)-(\d.*)$/.exec(cpv) ?? [];
  const directory = join(home, 'gentoo', category, name);
  const cache = join(home, 'gentoo/metadata/md5-cache', category);
  await Promise.all([directory, cache].map((path) => mkdir(path, { recursive: true })));
  await writeFile(join(directory, `${name}-${version}.ebuild`), 'EAPI=8\n');
  const slot = lines.some((line) => line.startsWith('SLOT=')) ? [] : ['SLOT=0'];
  await writeFile(join(cache, `${name}-${version}`), `${[...lines, ...slot].join('\n')}\n`);
}
