import { mkdir, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { World } from './world.ts';
import { type WorldFile, worldFiles } from './world-files.ts';

/** Writes a world below `root`, which must be an empty directory. */
export async function writeWorld(world: World, root: string): Promise<void> {
  const files = worldFiles(world, root);
  const folders = new Set(files.map(({ path }) => dirname(join(root, path))));
  for (const folder of folders) await mkdir(folder, { recursive: true });
  await Promise.all(files.map((file) => writeWorldFile(root, file)));
  await symlink('../../repos/gentoo/profiles/default', join(root, 'etc/portage/make.profile'));
}

async function writeWorldFile(root: string, { path, text, bytes, modified }: WorldFile): Promise<void> {
  const name = join(root, path);
  await writeFile(name, text);
  if (bytes !== undefined) await truncate(name, bytes);
  if (modified !== undefined) await utimes(name, modified, modified);
}
