import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCpv } from '@binhost/shared/portage';

/**
 * Finds the asked package among what a build left in its PKGDIR, by name and size alone: a finished package comes from
 * hostile code and is opened only by the publisher.
 *
 * @returns the path below `directory`; undefined where the build made none, or an empty one
 */
export async function findFinishedPackage(directory: string, cpv: string): Promise<string | undefined> {
  const parsed = parseCpv(cpv);
  if (!parsed) return undefined;
  const fullName = `${parsed.name}-${parsed.version}`;
  const folders = [join(parsed.category, parsed.name), parsed.category];
  for (const folder of folders) {
    const names = await readdir(join(directory, folder)).catch(() => []);
    for (const name of names) {
      const path = join(folder, name);
      if (isPackageFile(name, fullName) && (await isWhole(join(directory, path)))) return path;
    }
  }
  return undefined;
}

/** `dnsmasq-2.34-1.gpkg.tar` with FEATURES=binpkg-multi-instance, `dnsmasq-2.34.gpkg.tar` without. */
function isPackageFile(name: string, fullName: string): boolean {
  if (!name.startsWith(fullName) || !name.endsWith(EXTENSION)) return false;
  return /^(?:-\d+)?$/.test(name.slice(fullName.length, -EXTENSION.length));
}

const EXTENSION = '.gpkg.tar';

/** An interrupted build can leave a file of zero bytes. */
async function isWhole(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.isFile() && found.size > 0;
}
