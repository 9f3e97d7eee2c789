import type { MergeChange, MergeEntry } from '@binhost/shared/emerge';
import type { PortagePackageRow, PortageRow } from './portage-record.ts';

/** One thing that the parser read otherwise than Portage meant it. */
export interface Difference {
  /** Which row or which property of the whole list. */
  where: string;
  portage: unknown;
  parser: unknown;
}

/** Compares one displayed row with the entry that was read from its line: every field, and nothing besides. */
export function compareRow(row: PortageRow, entry: MergeEntry): Difference[] {
  const meant = row.kind === 'blocks' ? blocksEntry(row.atom) : packageEntry(row);
  const differences: Difference[] = [];
  for (const field of new Set([...Object.keys(meant), ...Object.keys(entry)]) as Set<keyof MergeEntry>) {
    if (same(meant[field], entry[field])) continue;
    differences.push({ where: `${rowName(row)}: ${field}`, portage: meant[field], parser: entry[field] });
  }
  return differences;
}

export function rowName(row: PortageRow): string {
  return row.kind === 'blocks' ? `blocks ${row.atom}` : `${row.kind} ${row.cpv}`;
}

/** A row as a MergeEntry should tell it. */
function packageEntry(row: PortagePackageRow): MergeEntry {
  const merges = row.kind === 'ebuild' || row.kind === 'binary';
  return {
    kind: row.kind,
    cpv: row.cpv,
    buildId: row.kind === 'binary' ? row.buildId : null,
    slot: row.slot,
    subslot: row.subslot,
    repository: row.repository,
    change: merges ? changeOf(row.marks) : null,
    use: { enabled: [...row.enabled].sort(), disabled: [...row.disabled].sort() },
    // Portage shows the plain version of what is installed
    installed: row.installed.map((version) => version.replace(/-r0$/, '')),
    downloadKiB: row.bytes === null ? null : Math.ceil(row.bytes / 1024),
    mask: merges ? row.mask : null,
    fetchRestricted: merges ? fetchRestriction(row.marks) : null,
    interactive: merges && row.marks.includes('interactive'),
  };
}

function changeOf(marks: readonly string[]): MergeChange | null {
  if (marks.includes('downgrade')) return 'downgrade';
  if (marks.includes('new_version')) return 'upgrade';
  if (marks.includes('new_slot')) return 'new-slot';
  if (marks.includes('replace') || marks.includes('force_reinstall')) return 'reinstall';
  return marks.includes('new') ? 'new' : null;
}

function fetchRestriction(marks: readonly string[]): MergeEntry['fetchRestricted'] {
  if (!marks.includes('fetch_restrict')) return null;
  return marks.includes('fetch_restrict_satisfied') ? 'satisfied' : 'unsatisfied';
}

function blocksEntry(atom: string): MergeEntry {
  return {
    kind: 'blocks',
    cpv: atom,
    buildId: null,
    slot: '0',
    subslot: '0',
    repository: null,
    change: null,
    use: { enabled: [], disabled: [] },
    installed: [],
    downloadKiB: null,
    mask: null,
    fetchRestricted: null,
    interactive: false,
  };
}

/** Values of entries are plain: lists are compared in their order. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
