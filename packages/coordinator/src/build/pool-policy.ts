import { createHash } from 'node:crypto';
import { cp, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { coordinatorError } from '../coordinator-errors.ts';

/**
 * What the operator wants in every build of a pool, whichever node asks for it: patches, environments, USE flags of
 * packages that no node names. Only what is declared in `pools.POOL.portage` gets in, never the binhost's own /etc/portage.
 */

/** What may be declared; the profile, make.conf and the repositories of a build root are ours. */
const ALLOWED = ['patches', 'env', 'package.env', 'bashrc', 'package.use', 'package.mask', 'package.accept_keywords'];

/**
 * Copies a pool's declared files into an /etc/portage that is being written.
 *
 * @param from `pools.POOL.portage`
 * @returns SHA-256 of all names and contents, to be kept with the attempt
 * @throws BUILD_ROOT_FAILED where the directory can't be read, or holds something else
 */
export async function copyPoolPolicy(from: string, to: string): Promise<string> {
  const names = await readdir(from).catch((cause: unknown) => {
    throw coordinatorError('BUILD_ROOT_FAILED', `pools.POOL.portage: expected a directory at ${from}`, { cause });
  });
  const other = names.find((name) => !ALLOWED.includes(name));
  if (other !== undefined) {
    throw coordinatorError(
      'BUILD_ROOT_FAILED',
      `pools.POOL.portage: expected ${ALLOWED.join(', ')}, got ${from}/${other}`,
      {
        hint: 'make.conf lines go to pools.POOL.makeConf; profile and repositories are those of the pool root.',
      },
    );
  }
  for (const name of names) await cp(join(from, name), join(to, name), { recursive: true, verbatimSymlinks: true });
  const digest = createHash('sha256');
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) {
    const content = await readlink(file).catch(() => readFile(file));
    digest.update(`${file.slice(from.length)} ${content.length}\n`).update(content);
  }
  return digest.digest('hex');
}
