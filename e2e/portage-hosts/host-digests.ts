import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** What a build must never touch on the binhost: its package database, its Portage configuration, its mounts. */
export async function hostDigests(host: { root: string }): Promise<Record<string, string>> {
  return {
    '/var/db/pkg': await treeDigest(join(host.root, 'var/db/pkg')),
    '/etc/portage': await treeDigest(join(host.root, 'etc/portage')),
    '/var/lib/portage': await treeDigest(join(host.root, 'var/lib/portage')),
    mounts: await mountDigest(host),
  };
}

async function treeDigest(directory: string): Promise<string> {
  const hash = createHash('sha256');
  const paths = (await readdir(directory, { recursive: true })).sort();
  for (const path of paths) {
    const full = join(directory, path);
    const status = await lstat(full);
    if (status.isDirectory()) continue;
    hash.update(`${path}\0`).update(status.isSymbolicLink() ? await readlink(full) : await readFile(full));
  }
  return hash.digest('hex');
}

async function mountDigest(host: { root: string }): Promise<string> {
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .filter((line) => line.includes(host.root));
  return createHash('sha256').update(mounts.sort().join('\n')).digest('hex');
}
