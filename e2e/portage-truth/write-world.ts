import { mkdir, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { World } from './world.ts';
import { worldFiles } from './world-files.ts';

/** Writes a world below `root`, which must be an empty directory. */
export async function writeWorld(world: World, root: string): Promise<void> {
  const files = worldFiles(world, root);
  const folders = new Set(files.map(({ path }) => dirname(join(root, path))));
  for (const folder of folders) await mkdir(folder, { recursive: true });
  for (const { path, text, bytes, modified } of files) {
    const name = join(root, path);
    await writeFile(name, text);
    if (bytes !== undefined) await truncate(name, bytes);
    if (modified !== undefined) await utimes(name, modified, modified);
  }
  await symlink('../../repos/gentoo/profiles/default', join(root, 'etc/portage/make.profile'));
}
