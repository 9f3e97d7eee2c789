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

/**
 * Whether an emerge that changes this system runs; a pretend run, as ours, counts for nothing, nor does one in a root of its
 * own (a container, a build root).
 *
 * @param root portage.root: of a system that is not at / the processes say nothing
 */
export async function isEmergeRunning(root: string): Promise<boolean> {
  if (root !== '/') return false;
  const processes = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const process of processes) {
    const text = await readFile(join('/proc', process, 'cmdline'), 'utf8').catch(() => '');
    if (isMerging(text.split('\0')) && (await isInOurRoot(process))) return true;
  }
  return false;
}

/** A process whose root may not be seen belongs to another user: no emerge of this system, whose agent runs as root. */
async function isInOurRoot(process: string): Promise<boolean> {
  const theirs = await stat(join('/proc', process, 'root')).catch(() => undefined);
  const ours = await stat('/');
  return theirs?.dev === ours.dev && theirs.ino === ours.ino;
}

/** @param argv emerge may stand behind its interpreter and that one's options */
export function isMerging(argv: readonly string[]): boolean {
  const at = argv.slice(0, 4).findIndex((word) => basename(word) === 'emerge');
  if (at < 0) return false;
  return !argv.slice(at + 1).some((word) => word === '--pretend' || /^-[^-]*p/.test(word));
}
