import { makeProblem } from '../make-problem.ts';
import type { ProblemCode } from '../pretend-result.ts';
import { beginsMessage, linesUntil, type Note, type NoteReader } from './note-reader.ts';

const SLOT_CONFLICT = /^!!! Multiple package instances within a single package slot have been pulled$/;
const SKIPPED_BY_CONFLICT =
  /^WARNING: One or more updates(?:\/rebuilds)? have been skipped due to a dependency conflict:$/;
const SKIPPED_UNSATISFIED = /^!!! The following update(?: has|\(s\) have) been skipped due to unsatisfied dependencies/;
const CIRCULAR = /^ \* Error: circular dependencies:$/;
const CANNOT_COEXIST = /^ \* Error: The above package list contains packages which cannot be$/;
/** `dev-libs/foo:0`, alone at the begin of a line: the slot that the paragraphs below are about. */
const SLOT_ATOM = /^([^\s/()]+\/[^\s/()]+:[^\s()]+)(?: for \S+)?$/;

/** Messages about packages that can't be merged together, or not in any order. */
export const readConflictNote: NoteReader = (lines, at) => {
  const head = lines[at] ?? '';
  if (SLOT_CONFLICT.test(head)) return readSlots(lines, at, 'slot-conflict');
  if (SKIPPED_BY_CONFLICT.test(head) || SKIPPED_UNSATISFIED.test(head)) return readSlots(lines, at, 'update-skipped');
  if (CIRCULAR.test(head)) return readCircular(lines, at);
  return CANNOT_COEXIST.test(head) ? readCannotCoexist(lines, at) : undefined;
};

const SLOT_MESSAGES: Partial<Record<ProblemCode, (atom: string) => string>> = {
  'slot-conflict': (atom) => `Two versions are wanted in one slot: ${atom}.`,
  'update-skipped': (atom) => `An update of ${atom} was skipped, because other packages don't allow it.`,
};

/** One problem a slot, each with the lines below it. */
function readSlots(lines: readonly string[], at: number, code: ProblemCode): Note {
  const block = linesUntil(lines, at, (line) => beginsMessage(line) || line.startsWith('It may be possible to '));
  const starts = block.flatMap((line, index) => (SLOT_ATOM.test(line) ? [index] : []));
  const problems = starts.map((start, index) => {
    const own = block.slice(start, starts[index + 1]).filter((line) => line.trim() !== '');
    const atom = SLOT_ATOM.exec(own[0] ?? '')?.[1] ?? '';
    return makeProblem({ code, atom, message: SLOT_MESSAGES[code]?.(atom) ?? atom, lines: own });
  });
  const unnamed = makeProblem({ code, message: (block[0] ?? '').replace(/^!!! /, ''), lines: block });
  return { problems: problems.length > 0 ? problems : [unnamed], next: at + block.length };
}

/** `(cat/a-1:0/0::repo, ebuild scheduled for merge) depends on`, then the next of the circle, one space deeper. */
function readCircular(lines: readonly string[], at: number): Note {
  const block = linesUntil(lines, at, beginsMessage);
  const circle = block.flatMap((line) => /^ *\(([^\s:]+):[^,]*, [^)]*\)/.exec(line)?.[1] ?? []);
  const problem = makeProblem({
    code: 'circular-dependency',
    atom: circle[0] ?? null,
    message: `Packages need each other to be built${circle.length > 0 ? `: ${circle.join(' → ')}` : ''}.`,
    lines: block.filter((line) => line.trim() !== ''),
  });
  return { problems: [problem], next: at + block.length };
}

/** Says in words what the list's `[blocks B]` rows say; the caller drops it where such rows were read. */
function readCannotCoexist(lines: readonly string[], at: number): Note {
  const block = linesUntil(lines, at, (line) => !line.startsWith(' * '));
  const message = 'The list holds packages that block each other.';
  return { problems: [makeProblem({ code: 'blocked', message, lines: block })], next: at + block.length };
}
