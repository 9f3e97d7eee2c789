import { isWholeList, type PretendResult, type ProblemCode } from '@binhost/shared/emerge';
import { compareRow, type Difference, rowName } from './compare-row.ts';
import type { PortageList, PortageRecord, PortageRow } from './portage-record.ts';

/** Compares all that one run displayed with what was read from its text. Empty: both say the same. */
export function compareList(record: PortageRecord, result: PretendResult): Difference[] {
  const rows = record.lists.flatMap(displayedRows);
  const names = { portage: rows.map(rowName), parser: result.entries.map((entry) => `${entry.kind} ${entry.cpv}`) };
  if (rows.length !== result.entries.length) return [{ where: 'rows', ...names }];
  const differences = rows.flatMap((row, at) => {
    const entry = result.entries[at];
    return entry ? compareRow(row, entry) : [];
  });
  return [...differences, ...compareTotals(record, result), ...compareProblems(record, rows, result)];
}

/** With --columns Portage leaves out what is uninstalled, and blockers that resolve themselves. */
function displayedRows({ options, rows }: PortageList): PortageRow[] {
  if (!options.includes('--columns')) return rows;
  return rows.filter((row) => row.kind !== 'uninstall' && !(row.kind === 'blocks' && row.satisfied));
}

function compareTotals({ lists }: PortageRecord, { totals }: PretendResult): Difference[] {
  const printed = lists.flatMap((list) => list.totals ?? []);
  const sum = (numbers: readonly number[]) =>
    numbers.length === 0 ? null : numbers.reduce((total, each) => total + each, 0);
  const portage = {
    packages: sum(printed.map(({ packages }) => packages)),
    downloadKiB: sum(printed.map(({ bytes }) => Math.ceil(bytes / 1024))),
  };
  const parser = { packages: totals.packages, downloadKiB: totals.downloadKiB };
  return differs('totals', portage, parser);
}

function compareProblems(record: PortageRecord, rows: readonly PortageRow[], result: PretendResult): Difference[] {
  const blocked = rows.flatMap((row) => (row.kind === 'blocks' && !row.satisfied ? row.atom : []));
  const restricted = rows.flatMap((row) => (row.kind !== 'blocks' && needsFetching(row.marks) ? row.cpv : []));
  const hidden = rows.flatMap((row) => (row.kind === 'blocks' ? [] : row.hidden));
  const misread = result.problems
    .filter(({ code }) => MISREAD.includes(code))
    .map(({ code, lines }) => ({ code, lines }));
  const whole = record.lists.length === 1 && record.lists.every(isPlain);
  return [
    ...differs('blocked', distinct(blocked), atomsOf(result, 'blocked')),
    ...differs('fetch-restricted', distinct(restricted), atomsOf(result, 'fetch-restricted')),
    ...differs('binary-ignored', distinct(record.ignored), atomsOf(result, 'binary-ignored').map(plainCpv)),
    ...PROPOSALS.flatMap(([kind, code]) => compareProposals(record, result, { kind, code })),
    ...differs('groups in USE_EXPAND_HIDDEN', [], distinct(hidden)),
    ...differs('lines not understood', [], misread),
    ...differs('whole list', whole, isWholeList(result)),
  ];
}

type Proposal = PortageRecord['proposals'][number]['kind'];

const PROPOSALS: readonly [Proposal, ProblemCode][] = [
  ['keyword', 'needs-keyword-change'],
  ['mask', 'needs-unmask'],
  ['use', 'needs-use-change'],
  ['license', 'needs-license-change'],
];

/** A dependency that no flags can satisfy is told by the same word as a proposal, but names an atom as the dependency has it. */
function compareProposals(
  record: PortageRecord,
  result: PretendResult,
  proposal: { kind: Proposal; code: ProblemCode },
) {
  const portage = distinct(record.proposals.filter(({ kind }) => kind === proposal.kind).map(({ cpv }) => cpv));
  const lines = result.problems.filter(({ code, message }) => code === proposal.code && message.startsWith('package.'));
  return differs(proposal.code, portage, distinct(lines.map(({ atom }) => plainCpv(atom ?? ''))));
}

/** `>=cat/pkg-1:2` → `cat/pkg-1` */
function plainCpv(atom: string): string {
  return atom.replace(/^[<>=~]+/, '').replace(/:.*$/, '');
}

function atomsOf(result: PretendResult, wanted: ProblemCode): string[] {
  return distinct(result.problems.flatMap(({ code, atom }) => (code === wanted && atom !== null ? atom : [])));
}

/** What the parser says where it can't follow Portage. */
const MISREAD: readonly ProblemCode[] = [
  'unknown-line',
  'total-mismatch',
  'not-emerge-output',
  'too-large',
  'binhost-unreachable',
];

const SHAPING = ['--tree', '--columns'];

function isPlain({ finished, options }: PortageList): boolean {
  return finished && !options.some((option) => SHAPING.includes(option));
}

function needsFetching(marks: readonly string[]): boolean {
  return marks.includes('fetch_restrict') && !marks.includes('fetch_restrict_satisfied');
}

function distinct(atoms: readonly string[]): string[] {
  return [...new Set(atoms)].sort();
}

function differs(where: string, portage: unknown, parser: unknown): Difference[] {
  return JSON.stringify(portage) === JSON.stringify(parser) ? [] : [{ where, portage, parser }];
}
