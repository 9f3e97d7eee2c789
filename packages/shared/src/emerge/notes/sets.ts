import { makeProblem } from '../make-problem.ts';
import type { NoteReader } from './note-reader.ts';

const INCOMPLETE = /^emerge: incomplete set configuration, missing set\(s\): (.+)$/;
const NESTED = /^(?:emerge: the given set|!!! The set) '([^']+)' contains a non-existent set named '([^']+)'/;
const UNKNOWN_SET = /^emerge: There are no sets to satisfy '([^']+)'/;
const INVALID_ATOM = /^!!! '([^']+)' is not a valid package atom\.$/;

/** Messages about package sets that are not what they should be: a list made from such a set misses something. */
export const readSetNote: NoteReader = (lines, at) => {
  const line = lines[at] ?? '';
  const said = setProblem(line);
  if (!said) return undefined;
  return { problems: [makeProblem({ code: 'incomplete-set', ...said, lines: [line] })], next: at + 1 };
};

function setProblem(line: string): { atom: string | null; message: string } | undefined {
  const missing = INCOMPLETE.exec(line)?.[1];
  if (missing !== undefined) return { atom: null, message: `Portage's configuration lacks the set(s) ${missing}.` };
  const [, outer, inner] = NESTED.exec(line) ?? [];
  if (inner !== undefined)
    return { atom: `@${inner}`, message: `The set ${outer} names the set ${inner}, which there is not.` };
  const unknown = UNKNOWN_SET.exec(line)?.[1];
  if (unknown !== undefined) return { atom: `@${unknown}`, message: `There is no set ${unknown}.` };
  const atom = INVALID_ATOM.exec(line)?.[1];
  return atom === undefined ? undefined : { atom, message: `A set holds ${atom}, which is no package atom.` };
}
