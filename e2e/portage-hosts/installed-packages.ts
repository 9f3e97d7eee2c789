import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** cpv → true where it was installed from a binary, of everything in the host's /var/db/pkg. */
export async function installedPackages(host: { root: string }): Promise<Record<string, boolean>> {
  const database = join(host.root, 'var/db/pkg');
  const found: Record<string, boolean> = {};
  for (const category of await readdir(database)) {
    for (const pf of await readdir(join(database, category)).catch(() => [])) {
      // Portage writes BINPKGMD5 when it merges a binary, and only then
      found[`${category}/${pf}`] = existsSync(join(database, category, pf, 'BINPKGMD5'));
    }
  }
  return found;
}
