import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * How far an ebuild repository is, in the words of its own time stamp, as nodes report theirs.
 *
 * @param location directory of the repository
 * @returns undefined where the repository has no time stamp
 */
export async function repositoryRevision(location: string): Promise<string | undefined> {
  const metadata = join(location, 'metadata');
  return (await firstLine(join(metadata, 'timestamp.commit'))) ?? (await firstLine(join(metadata, 'timestamp.chk')));
}

async function firstLine(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n')[0]?.trim() || undefined;
}

/**
 * The moment that a revision names: `COMMIT SECONDS …` of timestamp.commit, or the date of timestamp.chk.
 *
 * @returns milliseconds since the epoch; undefined where it names none
 */
export function revisionMs(revision: string): number | undefined {
  const [, seconds] = /^[0-9a-f]{7,64} (\d{9,11})\b/.exec(revision) ?? [];
  if (seconds !== undefined) return Number(seconds) * 1000;
  const parsed = Date.parse(revision);
  return Number.isNaN(parsed) ? undefined : parsed;
}
