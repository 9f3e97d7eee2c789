import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { SystemPrint } from './watch-decision.ts';

/** What a sync touches, whichever way it came: rsync and webrsync the first two, git the others. */
const REPOSITORY_MARKS = ['metadata/timestamp.chk', 'metadata/timestamp.commit', '.git/HEAD', '.git/logs/HEAD'];

/**
 * Some 200 calls of stat, so cheap that it may be asked every minute.
 *
 * @param locations of the ebuild repositories, as Portage names them
 */
export async function readSystemPrint(root: string, locations: readonly string[]): Promise<SystemPrint> {
  const places = root === '/' ? locations : locations.flatMap((one) => [join(root, one), one]);
  const marks = places.flatMap((place) => REPOSITORY_MARKS.map((mark) => join(place, mark)));
  return { repositories: await printOf(marks), installed: await printOf(await installedMarks(root)) };
}

/** A merge and a removal touch the directory of their category. */
async function installedMarks(root: string): Promise<string[]> {
  const database = join(root, 'var/db/pkg');
  const categories = await readdir(database).catch(() => []);
  return [
    join(root, 'var/lib/portage/world'),
    database,
    ...categories.filter((name) => !name.startsWith('.')).map((name) => join(database, name)),
  ];
}

async function printOf(paths: readonly string[]): Promise<string> {
  const times = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        ({ mtimeMs }) => `${path}=${mtimeMs}`,
        () => '',
      ),
    ),
  );
  return times.filter(Boolean).join('\n');
}

/** Whether an emerge that changes something runs on this machine; a pretend run, as ours, counts for nothing. */
export async function isEmergeRunning(): Promise<boolean> {
  const processes = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const process of processes) {
    const text = await readFile(join('/proc', process, 'cmdline'), 'utf8').catch(() => '');
    if (isMerging(text.split('\0'))) return true;
  }
  return false;
}

/** @param argv emerge may stand behind its interpreter and that one's options */
export function isMerging(argv: readonly string[]): boolean {
  const at = argv.slice(0, 4).findIndex((word) => basename(word) === 'emerge');
  if (at < 0) return false;
  return !argv.slice(at + 1).some((word) => word === '--pretend' || /^-[^-]*p/.test(word));
}
