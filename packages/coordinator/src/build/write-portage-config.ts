import { cp, lstat, mkdir, readlink, rename, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { FACE_FILE } from './face.ts';

export interface PortageConfig {
  /** The directory to fill: it will be /etc/portage. */
  directory: string;
  /** The /etc/portage whose profile is kept. */
  ownersDirectory: string;
  makeConf: string;
  /** One repos.conf. */
  repositories: string;
  /** From face.ts. */
  face: ReadonlyMap<string, string>;
}

/**
 * Writes an /etc/portage from nothing. The owner's files stay away: patches, package.env and bashrc would be baked into
 * everybody's packages, FEATURES=getbinpkg would make a build install binaries instead.
 */
export async function writePortageConfig(config: PortageConfig): Promise<void> {
  await mkdir(config.directory, { recursive: true, mode: 0o755 });
  await keepProfile(config.ownersDirectory, config.directory);
  await writeFile(join(config.directory, 'make.conf'), config.makeConf);
  await writeFile(join(config.directory, 'repos.conf'), config.repositories);
  await writeFace(config.directory, config.face);
}

/**
 * Adds the face to an /etc/portage. Where the owner has a plain file (package.use may be one), it becomes the first file of
 * a directory of that name.
 */
export async function writeFace(directory: string, face: ReadonlyMap<string, string>): Promise<void> {
  for (const [name, text] of face) {
    const path = join(directory, name);
    await makeDirectory(dirname(path), directory);
    const file = (await lstat(path).catch(() => undefined))?.isDirectory() ? join(path, FACE_FILE) : path;
    await writeFile(file, text, { flag: 'a' });
  }
}

async function makeDirectory(path: string, top: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (path === top || found?.isDirectory()) return;
  if (found) await rename(path, `${path}.owners`);
  await mkdir(path, { recursive: true, mode: 0o755 });
  if (found) await rename(`${path}.owners`, join(path, '00-owners'));
}

/** make.profile is a link into a repository, seldom a directory of the owner's own. A relative link starts at /etc/portage. */
async function keepProfile(from: string, to: string): Promise<void> {
  const profile = join(from, 'make.profile');
  const found = await lstat(profile).catch(() => undefined);
  if (found?.isSymbolicLink()) return symlink(await readlink(profile), join(to, 'make.profile'));
  if (found) await cp(profile, join(to, 'make.profile'), { recursive: true, verbatimSymlinks: true });
}

/**
 * The same for a copy that does not lie where the original does: the link is made absolute, and a directory's own links
 * stay as they are.
 */
export async function keepProfileElsewhere(from: string, to: string): Promise<void> {
  const target = await readlink(join(from, 'make.profile')).catch(() => undefined);
  if (target === undefined) return keepProfile(from, to);
  await symlink(resolve(from, target), join(to, 'make.profile'));
}
