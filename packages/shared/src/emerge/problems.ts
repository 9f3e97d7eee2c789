import { readAutounmaskNote } from './autounmask-notes.ts';
import { readBinhostNote } from './binhost-notes.ts';
import { readConflictNote } from './conflict-notes.ts';
import { readMaskedNote } from './masked-notes.ts';
import { readMissingNote } from './missing-notes.ts';
import type { NoteReader } from './note-reader.ts';
import type { PretendProblem } from './pretend-result.ts';
import { readSetNote } from './set-notes.ts';

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

/** The messages around the list → problems, in the order of the output. */
export function readProblems(lines: readonly string[]): PretendProblem[] {
  const problems: PretendProblem[] = [];
  let at = 0;
  while (at < lines.length) {
    const note = MESSAGE_CHARACTERS.has(lines[at]?.charAt(0) ?? '') ? readNote(lines, at) : undefined;
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
