import { makeProblem } from '../make-problem.ts';
import { QUOTED_LINES } from '../pretend-limits.ts';
import type { PretendProblem, ProblemCode } from '../pretend-result.ts';
import { beginsMessage, linesUntil, type NoteReader } from './note-reader.ts';

const HEAD = /^The following (keyword|mask|USE|license) changes are necessary to proceed:$/;

const CHANGES: Record<string, { code: ProblemCode; file: string }> = {
  keyword: { code: 'needs-keyword-change', file: 'package.accept_keywords' },
  mask: { code: 'needs-unmask', file: 'package.unmask' },
  USE: { code: 'needs-use-change', file: 'package.use' },
  license: { code: 'needs-license-change', file: 'package.license' },
};

/**
 * Autounmask's proposals: one problem for each line that a person would have to add. The packages that they name stand in the
 * list all the same, and stay `[ebuild]` whatever is published.
 */
export const readAutounmaskNote: NoteReader = (lines, at) => {
  const change = CHANGES[HEAD.exec(lines[at] ?? '')?.[1] ?? ''];
  if (!change) return undefined;
  const block = linesUntil(lines, at, (line) => line === '' || beginsMessage(line));
  const problems: PretendProblem[] = [];
  let comments: string[] = [];
  for (const line of block.slice(1)) {
    if (line.startsWith('#')) comments.push(line);
    const atom = /^[<>=~]{0,2}[^\s/#]+\/\S+/.exec(line)?.[0];
    if (atom === undefined) continue;
    const message = `${change.file} needs a line before this can be merged: ${line}`;
    problems.push(
      makeProblem({ code: change.code, atom, message, lines: [...comments.slice(0, QUOTED_LINES - 1), line] }),
    );
    comments = [];
  }
  return { problems, next: at + block.length };
};
