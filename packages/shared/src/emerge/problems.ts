import { readAutounmaskNote } from './notes/autounmask.ts';
import { readBinhostNote } from './notes/binhosts.ts';
import { readConflictNote } from './notes/conflicts.ts';
import { readMaskedNote } from './notes/masked.ts';
import { readMissingNote } from './notes/missing.ts';
import type { NoteReader } from './notes/note-reader.ts';
import { readSetNote } from './notes/sets.ts';
import type { PretendLimits } from './pretend-limits.ts';
import type { PretendProblem } from './pretend-result.ts';

const READERS: readonly NoteReader[] = [
  readBinhostNote,
  readMaskedNote,
  readMissingNote,
  readAutounmaskNote,
  readConflictNote,
  readSetNote,
];

/** Every message begins with one of these characters; most lines of a long list or of rubbish are passed by here. */
const MESSAGE_CHARACTERS = new Set(['!', 'e', ' ', 'T', 'W', '[', 'L']);

/** The messages around the list → problems, in the order of the output. Stops behind the message that exceeds the limit. */
export function readProblems(lines: readonly string[], limits: PretendLimits): PretendProblem[] {
  const problems: PretendProblem[] = [];
  let at = 0;
  while (at < lines.length && problems.length <= limits.problems) {
    const line = lines[at] ?? '';
    const note = line !== '' && MESSAGE_CHARACTERS.has(line.charAt(0)) ? readNote(lines, at) : undefined;
    for (const problem of note?.problems ?? []) problems.push(problem);
    at = note?.next ?? at + 1;
  }
  return problems;
}

function readNote(lines: readonly string[], at: number) {
  for (const read of READERS) {
    const note = read(lines, at);
    if (note) return note;
  }
  return undefined;
}
