import { QUOTED_LENGTH, QUOTED_LINES } from './pretend-limits.ts';
import type { PretendProblem, ProblemCode } from './pretend-result.ts';

/** Longest atom that a problem names; real ones are far shorter. */
const ATOM_LENGTH = 300;

/** A problem whose texts are fit to be shown, stored and sent: bounded, without control characters, well-formed. */
export function makeProblem(problem: {
  code: ProblemCode;
  atom?: string | null;
  message: string;
  lines?: readonly string[];
}): PretendProblem {
  return {
    code: problem.code,
    atom: problem.atom === undefined || problem.atom === null ? null : printable(problem.atom, ATOM_LENGTH),
    message: printable(problem.message, QUOTED_LENGTH),
    lines: (problem.lines ?? []).slice(0, QUOTED_LINES).map((line) => printable(line, QUOTED_LENGTH)),
  };
}

function printable(text: string, length: number): string {
  const cut = text.length > length ? `${text.slice(0, length - 1)}…` : text;
  // A lone half of a surrogate pair can't be stored as UTF-8
  return cut.replace(/[\u0000-\u001f\u007f]/g, '?').replace(/\p{Surrogate}/gu, '\ufffd');
}
