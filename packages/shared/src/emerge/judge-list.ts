import { makeProblem } from './make-problem.ts';
import { isMerge, type MergeList } from './merge-list.ts';
import type { PretendProblem, PretendResult, ProblemCode } from './pretend-result.ts';

/** Why emerge may have made no list at all: then a missing `Total:` line needs no further explanation. */
const NO_LIST: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'masked-by-keyword',
  'masked-by-license',
  'masked-by-mask',
  'masked',
  'needs-use-change',
  'circular-dependency',
  'missing-ebuild',
  'missing-binary',
  'incomplete-set',
  'too-large',
]);

/** With one of these the rows are not all that the node wants, or not as it would want them. */
const SPOILING: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'binhost-unreachable',
  'circular-dependency',
  'degraded-output',
  'other-root',
  'unknown-line',
  'total-mismatch',
  'truncated',
  'not-emerge-output',
  'too-large',
]);

/**
 * Whether the entries are the node's whole merge list, an empty one included: emerge's `Total:` line was read and agrees, and
 * nothing was left out or made without a binhost. Rows that can't be merged (blocked, proposals of autounmask) may be in it.
 */
export function isWholeList(result: PretendResult): boolean {
  return result.totals.downloadKiB !== null && !result.problems.some((problem) => SPOILING.has(problem.code));
}

/** What the list as a whole shows: cut short, miscounted, shaped by display options, or no list of emerge at all. */
export function judgeList(
  list: MergeList,
  noted: readonly PretendProblem[],
  lines: readonly string[],
): PretendProblem[] {
  if (!looksLikeEmerge(list) && noted.every((problem) => problem.code === 'too-large')) return [notEmerge(lines)];
  // Portage itself prints a circle as a tree
  const shaped = noted.some((problem) => problem.code === 'circular-dependency') ? [] : degraded(list);
  return [...shaped, ...otherRoots(list), ...unknownLines(list), ...mismatches(list), ...truncated(list, noted, lines)];
}

function looksLikeEmerge(list: MergeList): boolean {
  const rows = list.entries.length + list.unknownLines.length + list.bareRows.length + list.totals.length;
  return rows > 0 || list.header !== 'none' || list.cutLine !== null;
}

function notEmerge(lines: readonly string[]): PretendProblem {
  const first = lines.findIndex((line) => line.trim() !== '');
  const shown = lines.slice(Math.max(first, 0), first + 5).filter((line) => line !== '');
  const what = first < 0 ? 'The output is empty' : 'The output has no line that a list of emerge has';
  const message = `${what}: expected that of emerge --pretend --verbose, which ends its list with a "Total:" line.`;
  return makeProblem({
    code: 'not-emerge-output',
    message,
    lines: shown.map((line) => line.slice(0, 200)),
  });
}

function degraded(list: MergeList): PretendProblem[] {
  const reasons = [
    list.bareRows.length > 0 && '--columns with --quiet prints no rows that can be told apart',
    isBrief(list) &&
      'without --verbose, or with --quiet, rows have no slot, repository and size and no total is printed',
    list.seen.columns && '--columns leaves out what is uninstalled or blocked',
    (list.header === 'tree' || list.seen.depth) && '--tree prints the list in reverse, with rows that merge nothing',
    list.seen.repositoryNumbers && '--quiet-repo-display prints numbers instead of repository names',
  ].filter((reason) => reason !== false);
  return reasons.map((reason) =>
    makeProblem({
      code: 'degraded-output',
      message: `The list was printed for reading only: ${reason}.`,
      lines: list.bareRows,
    }),
  );
}

/** Rows as printed without --verbose: none tells size or repository. */
function isBrief(list: MergeList): boolean {
  const merges = list.entries.filter(isMerge);
  const bare = merges.every((entry) => entry.repository === null && entry.downloadKiB === null);
  return merges.length > 0 && bare && list.totals.length === 0;
}

function otherRoots(list: MergeList): PretendProblem[] {
  if (list.otherRoots.length === 0) return [];
  const message = `${list.otherRoots.length} row(s) are not for the host itself but for another root.`;
  return [makeProblem({ code: 'other-root', message, lines: list.otherRoots })];
}

function unknownLines(list: MergeList): PretendProblem[] {
  if (list.unknownLines.length === 0) return [];
  const message = `${list.unknownLines.length} line(s) of the list were not understood, and are not among the entries.`;
  return [makeProblem({ code: 'unknown-line', message, lines: list.unknownLines })];
}

/** emerge prints one list and one total; where there are more, the first that does not fit says enough. */
function mismatches(list: MergeList): PretendProblem[] {
  const wrong = list.totals.find((totals) => totals.packages !== null && totals.packages !== totals.counted);
  if (!wrong) return [];
  const message = `emerge counts ${wrong.packages} package(s), but ${wrong.counted} were read from its list.`;
  return [makeProblem({ code: 'total-mismatch', message })];
}

function truncated(list: MergeList, noted: readonly PretendProblem[], lines: readonly string[]): PretendProblem[] {
  const listOpen = list.cutLine !== null || list.rowsBehindTotals > 0 || list.totals.length === 0;
  const explained =
    list.entries.length === 0 && list.cutLine === null && noted.some((problem) => NO_LIST.has(problem.code));
  if (!listOpen || explained || (isBrief(list) && list.cutLine === null) || list.bareRows.length > 0) return [];
  const where = list.cutLine === null ? 'before the "Total:" line that ends a list' : 'in the middle of a line';
  const shown = list.cutLine === null ? lastWords(lines) : [list.cutLine];
  return [makeProblem({ code: 'truncated', message: `The output ends ${where}; rows may be missing.`, lines: shown })];
}

/** Where emerge ended by itself, its last lines say why. */
function lastWords(lines: readonly string[]): string[] {
  const last = lines.findLastIndex((line) => line.trim() !== '');
  return lines.slice(Math.max(0, last - 4), last + 1).filter((line) => line.trim() !== '');
}
