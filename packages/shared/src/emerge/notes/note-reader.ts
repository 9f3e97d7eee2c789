import type { PretendProblem } from '../pretend-result.ts';

/** What one paragraph of emerge's messages says, and the index of the first line behind it. */
export interface Note {
  problems: PretendProblem[];
  next: number;
}

/**
 * Reads the message that begins at `lines[at]`; undefined where none of its kind begins there. A reader looks at no line that
 * its `next` does not pass, so all messages together take linear time.
 */
export type NoteReader = (lines: readonly string[], at: number) => Note | undefined;

/** The lines from `at` up to, without, the first one behind it that `ends`. */
export function linesUntil(lines: readonly string[], at: number, ends: (line: string) => boolean): string[] {
  let end = at + 1;
  while (end < lines.length && !ends(lines[end] ?? '')) end += 1;
  return lines.slice(at, end);
}

/** How messages of emerge begin: where one begins, the one above has ended. */
const MESSAGE_START =
  /^(?:!!! (?!One of |into the |triggered by |masked or )|emerge: (?!searching |Maybe )| \* |The following |WARNING: |\[|NOTE: |HINT: |Total: |These are the )/;

export function beginsMessage(line: string): boolean {
  return MESSAGE_START.test(line);
}
