import type { WorldOutcome } from './check-worlds.ts';
import type { PortageRow } from './portage-record.ts';

/** What the random worlds brought up: a check that never met a downgrade says nothing about downgrades. */
export interface Coverage {
  worlds: number;
  lists: number;
  rows: number;
  flags: number;
  /** Worlds where emerge ended with a status other than 0, broke down itself, or displayed no list. */
  refused: number;
  brokeDown: number;
  withoutList: number;
  /** How often each situation of situationsOf() stood in a row. */
  situations: Record<string, number>;
}

export function noCoverage(): Coverage {
  const situations = Object.fromEntries(SITUATIONS.map((situation) => [situation, 0]));
  return { worlds: 0, lists: 0, rows: 0, flags: 0, refused: 0, brokeDown: 0, withoutList: 0, situations };
}

/** Adds one world's rows. */
export function addCoverage(coverage: Coverage, { run: { record } }: WorldOutcome): void {
  const rows = record.lists.flatMap((list) => list.rows);
  coverage.worlds += 1;
  coverage.lists += record.lists.length;
  coverage.rows += rows.length;
  coverage.refused += record.exit === 0 ? 0 : 1;
  coverage.brokeDown += record.error === null ? 0 : 1;
  coverage.withoutList += record.lists.length === 0 ? 1 : 0;
  for (const row of rows) {
    if (row.kind !== 'blocks') coverage.flags += row.enabled.length + row.disabled.length;
    for (const situation of situationsOf(row))
      coverage.situations[situation] = (coverage.situations[situation] ?? 0) + 1;
  }
}

const MARKS = ['new', 'new_slot', 'replace', 'force_reinstall', 'new_version', 'downgrade'];
const PROPERTIES = ['fetch_restrict', 'fetch_restrict_satisfied', 'interactive'];
const KINDS = ['ebuild', 'binary', 'nomerge', 'uninstall', 'blocks'];
const MASKS = ['~', '*', '#'].map((mask) => `mask ${mask}`);
const NUMBERS = ['build id', 'no build id', 'sub-slot', 'several installed', 'unknown repository'];

export const SITUATIONS: readonly string[] = [...KINDS, ...MARKS, ...PROPERTIES, ...MASKS, ...NUMBERS];

function situationsOf(row: PortageRow): string[] {
  if (row.kind === 'blocks') return [row.kind];
  const numbers = [
    row.kind === 'binary' && (row.buildId === null ? 'no build id' : 'build id'),
    row.slot !== row.subslot && 'sub-slot',
    row.installed.length > 1 && 'several installed',
    row.repository === '__unknown__' && 'unknown repository',
  ].filter((situation) => situation !== false);
  return [row.kind, ...row.marks, ...(row.mask === null ? [] : [`mask ${row.mask}`]), ...numbers];
}
