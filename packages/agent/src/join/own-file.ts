/**
 * Text files that join changes, and how leave takes its lines out again. Pure: texts in, texts out.
 */

/** What the record keeps of one file. */
export interface OwnFile {
  path: string;
  /** As it was before join; null: it was not there. */
  before: string | null;
  /** As join left it. */
  after: string;
}

/**
 * What a file would be without us: the very bytes of before where nobody has changed it since, else its present text with
 * our lines taken out and the ones that we replaced put back.
 *
 * @param current null: it is not there
 * @returns null: no file
 */
export function withoutOurs(current: string | null, { before, after }: Omit<OwnFile, 'path'>): string | null {
  if (current === null || current === before) return current;
  if (current === after) return before;
  const [old, ours] = [linesOf(before ?? ''), linesOf(after)];
  const added = ours.filter((line) => line.trim() !== '' && !old.includes(line));
  const removed = old.filter((line) => line.trim() !== '' && !ours.includes(line));
  const present = linesOf(current);
  const first = present.findIndex((line) => added.includes(line));
  const missing = removed.filter((line) => !present.includes(line));
  const kept = present.flatMap((line, at) => [
    ...(at === first ? missing : []),
    ...(added.includes(line) ? [] : [line]),
  ]);
  const text = [...kept, ...(first < 0 ? missing : [])].join('');
  return before === null && text.trim() === '' ? null : text;
}

/**
 * The text that join builds upon: what is there, without what an earlier join put into it.
 *
 * @param recorded of an earlier join; undefined: none
 */
export function baseOf(current: string | null, recorded: OwnFile | undefined): string | null {
  return recorded === undefined ? current : withoutOurs(current, recorded);
}

/** What would change, `- ` and `+ ` before each line. */
export function changedLines(before: string | null, after: string | null): string[] {
  const [old, next] = [linesOf(before ?? ''), linesOf(after ?? '')];
  const gone = old.filter((line) => !next.includes(line)).map((line) => `- ${line.trimEnd()}`);
  const come = next.filter((line) => !old.includes(line)).map((line) => `+ ${line.trimEnd()}`);
  return [...gone, ...come].filter((line) => line.trim().length > 1);
}

/** Lines with their ends, so that joining them gives the text again. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
