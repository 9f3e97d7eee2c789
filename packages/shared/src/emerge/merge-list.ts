import { parseBlocksLine } from './blocks-line.ts';
import { makeProblem } from './make-problem.ts';
import { parsePackageLine } from './package-line.ts';
import type { PretendLimits } from './pretend-limits.ts';
import type { MergeEntry, PretendProblem } from './pretend-result.ts';
import { parseTotalsLine } from './totals-line.ts';

/** What the rows, headers and totals of one stream say; judged in judge-list.ts. */
export interface MergeList {
  entries: MergeEntry[];
  /** From the rows themselves: blocked, fetch-restricted, and too-large where the list has too many. */
  problems: PretendProblem[];
  /** Lines that stand where rows stand, or look like one, and were not understood. */
  unknownLines: string[];
  /** Rows as printed by --columns --quiet: no brackets, so nothing but the names can be told. */
  bareRows: string[];
  /** Each `Total:` line, with the number of rows counted above it. */
  totals: { packages: number | null; downloadKiB: number; counted: number }[];
  /** Rows behind the last `Total:` line; of these, what the next one would count. */
  rowsBehindTotals: number;
  mergesBehindTotals: number;
  /** Whether the line above was a row: a list has no gaps. */
  inRows: boolean;
  header: 'in-order' | 'tree' | 'none';
  /** How the display options shaped the list. */
  seen: { depth: boolean; columns: boolean; repositoryNumbers: boolean };
  /** Rows for another root than the host itself. */
  otherRoots: string[];
  /** The last line, which had no line end, was the beginning of a row. */
  cutLine: string | null;
}

const ROW_START = /^\[(?:ebuild|binary|nomerge|uninstall|blocks)(?: |$)/;
const ROW_LIKE = /^\[[a-z]+ [ A-Za-z~*#]*\] *[^\s/]+\/\S/;
const ROW_CUT = /^\[[a-z]*$/;
const BARE_ROW = /^(?=.{0,5}[NRUDr])[ I][ Nr][ SR][ Ffg][ U][ D] +[^\s/]+\/\S+ \d\S* /;
const TOTALS_START = /^Total(?:: |:? size of downloads)/;
const HEADER = /^These are the packages that (?:I )?would (?:be )?/;

/** Reads the merge list out of emerge's lines; `openLines` are the indexes of lines without a line end. */
export function readMergeList(
  lines: readonly string[],
  openLines: readonly number[],
  limits: PretendLimits,
): MergeList {
  const list = emptyList();
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line === '') list.inRows = false;
    else readLine(list, line, openLines.includes(at));
    if (list.entries.length < limits.entries) continue;
    list.problems.push(tooManyRows(limits.entries));
    break;
  }
  return list;
}

function emptyList(): MergeList {
  return {
    entries: [],
    problems: [],
    unknownLines: [],
    bareRows: [],
    totals: [],
    rowsBehindTotals: 0,
    mergesBehindTotals: 0,
    inRows: false,
    header: 'none',
    seen: { depth: false, columns: false, repositoryNumbers: false },
    otherRoots: [],
    cutLine: null,
  };
}

function readLine(list: MergeList, line: string, open: boolean): void {
  const inRows = list.inRows;
  list.inRows = false;
  if (open && isCut(list, line)) {
    list.cutLine = line;
  } else if (ROW_START.test(line)) {
    readRow(list, line);
  } else if (TOTALS_START.test(line)) {
    readTotals(list, line);
  } else if (HEADER.test(line)) {
    // --tree says 'in reverse order', and names no order with --unordered-display
    list.header = line.includes(', in order') ? 'in-order' : 'tree';
  } else if (line.startsWith('Repositories:')) {
    list.seen.repositoryNumbers = true;
  } else if (BARE_ROW.test(line)) {
    list.bareRows.push(line);
  } else if (inRows || ROW_LIKE.test(line)) {
    list.unknownLines.push(line);
    list.inRows = inRows;
  }
}

/** A last row without its line end is not taken even where it parses: `…/foo-2` may be the beginning of `…/foo-2.0`. */
function isCut(list: MergeList, line: string): boolean {
  if (TOTALS_START.test(line)) return parseTotalsLine(line) === undefined;
  const listClosed = list.totals.length > 0 && list.rowsBehindTotals === 0;
  return ROW_START.test(line) || (ROW_CUT.test(line) && !listClosed);
}

function readRow(list: MergeList, line: string): void {
  const blocks = line.startsWith('[blocks') ? parseBlocksLine(line) : undefined;
  const row = blocks ? undefined : parsePackageLine(line);
  list.rowsBehindTotals += 1;
  list.inRows = true;
  if (blocks) {
    list.entries.push(blocks.entry);
    if (!blocks.satisfied) list.problems.push(blocked(blocks.entry.cpv, blocks.reason, line));
  } else if (row) {
    list.entries.push(row.entry);
    if (isMerge(row.entry)) list.mergesBehindTotals += 1;
    list.seen.depth ||= row.depth > 0;
    list.seen.columns ||= row.columns;
    if (row.root !== null) list.otherRoots.push(line);
    if (row.entry.fetchRestricted === 'unsatisfied') list.problems.push(fetchRestricted(row.entry.cpv, line));
  } else {
    list.unknownLines.push(line);
  }
}

function readTotals(list: MergeList, line: string): void {
  const totals = parseTotalsLine(line);
  if (!totals) {
    list.unknownLines.push(line);
    return;
  }
  list.totals.push({ ...totals, counted: list.mergesBehindTotals });
  list.rowsBehindTotals = 0;
  list.mergesBehindTotals = 0;
}

/** Whether Portage's `Total: N packages` counts the row. */
export function isMerge(entry: MergeEntry): boolean {
  return entry.kind === 'ebuild' || entry.kind === 'binary';
}

function blocked(atom: string, reason: string, line: string): PretendProblem {
  return makeProblem({
    code: 'blocked',
    atom,
    message: `${atom} is blocked and nothing in the list resolves it${reason === '' ? '' : `: ${reason}`}.`,
    lines: [line],
  });
}

function fetchRestricted(cpv: string, line: string): PretendProblem {
  return makeProblem({
    code: 'fetch-restricted',
    atom: cpv,
    message: `The sources of ${cpv} must be fetched by a person, and are not there yet.`,
    lines: [line],
  });
}

function tooManyRows(limit: number): PretendProblem {
  return makeProblem({ code: 'too-large', message: `The list has more than ${limit} rows; the rest is left out.` });
}
