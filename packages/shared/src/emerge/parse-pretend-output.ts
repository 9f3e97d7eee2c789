/**
 * STEP parse: what `emerge --pretend --verbose --update … world` printed → what it would do, and what stands in its way.
 *
 * Comes in: the text of stdout (the list) and stderr (most messages), or both in one text. Goes out: PretendResult. Called by
 * the agent after each look and by `binhost-agent parse`. Never throws: whatever can't be read is a named problem, and a list
 * without the problems that isWholeList() knows is complete. Takes linear time, on any text.
 */
import { judgeList } from './judge-list.ts';
import { makeProblem } from './make-problem.ts';
import { isMerge, type MergeList, readMergeList } from './merge-list.ts';
import { type OutputLines, outputLines } from './output-lines.ts';
import { PRETEND_LIMITS, type PretendLimits } from './pretend-limits.ts';
import type { PretendProblem, PretendResult, PretendTotals } from './pretend-result.ts';
import { readProblems } from './problems.ts';

/** What a pretend run printed, decoded as UTF-8 with replacement of what is none. */
export interface PretendOutput {
  stdout: string;
  stderr: string;
}

/** Reads the output of one pretend run. Limits that are not given are those of PRETEND_LIMITS. */
export function parsePretendOutput(output: PretendOutput, options: Partial<PretendLimits> = {}): PretendResult {
  const limits = { ...PRETEND_LIMITS, ...options };
  const stdout = outputLines(output.stdout, limits);
  const stderr = outputLines(output.stderr, limits);
  // A blank line between them: no message runs from one stream into the other
  const lines = stdout.lines.concat('', stderr.lines);
  const list = readMergeList(lines, openLines(stdout, stderr), limits);
  const noted = [...stdout.problems, ...stderr.problems, ...list.problems, ...readProblems(lines, limits)];
  const problems = boundProblems([...withoutEcho(noted), ...judgeList(list, noted, lines)], limits.problems);
  return { entries: list.entries, problems, totals: sumTotals(list) };
}

/** The same for one text that holds both streams, as a file or a pasted terminal does. */
export function parsePretendText(text: string, options: Partial<PretendLimits> = {}): PretendResult {
  return parsePretendOutput({ stdout: text, stderr: '' }, options);
}

function openLines(stdout: OutputLines, stderr: OutputLines): number[] {
  const open: number[] = [];
  if (stdout.lastLineOpen) open.push(stdout.lines.length - 1);
  if (stderr.lastLineOpen) open.push(stdout.lines.length + stderr.lines.length);
  return open;
}

/** Drops what was said before, word by word, and the sentence about blockers where the blockers themselves were read. */
function withoutEcho(problems: readonly PretendProblem[]): PretendProblem[] {
  const hasBlockers = problems.some((problem) => problem.code === 'blocked' && problem.atom !== null);
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const key = `${problem.code}\n${problem.atom}\n${problem.message}`;
    const echo = seen.has(key) || (hasBlockers && problem.code === 'blocked' && problem.atom === null);
    seen.add(key);
    return !echo;
  });
}

function boundProblems(problems: PretendProblem[], limit: number): PretendProblem[] {
  if (problems.length <= limit) return problems;
  const message = `More than ${limit} problems were found; the rest is left out.`;
  return [makeProblem({ code: 'too-large', message }), ...problems.slice(0, limit - 1)];
}

function sumTotals(list: MergeList): PretendTotals {
  const packages = list.totals.flatMap((totals) => totals.packages ?? []);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  return {
    packages: packages.length === 0 ? null : sum(packages),
    parsed: list.entries.filter(isMerge).length,
    downloadKiB: list.totals.length === 0 ? null : sum(list.totals.map((totals) => totals.downloadKiB)),
  };
}
