import type { MergeChange, MergeEntry } from './pretend-result.ts';

export type RowMarks = Pick<MergeEntry, 'change' | 'mask' | 'fetchRestricted' | 'interactive'>;

/**
 * Interactive · New or r (forced) · Slot or Replace · F, f (fetch restricted) or g (remote binary) · Update · Downgrade · mask.
 * Each has a column of its own, but no letter stands for two things, and older versions and --quiet print fewer columns: so the
 * letters and their order decide.
 */
const MARKS = /^(I?)([Nr]?)([SR]?)([Ffg]?)(U?)(D?)([~*#]?)$/;

/**
 * The marks of an `[ebuild …]` or `[binary …]` row, given the text between the kind and the bracket.
 *
 * @returns undefined where something else stands there, or nothing says what would happen
 */
export function parseRowMarks(text: string): RowMarks | undefined {
  const match = MARKS.exec(text.replaceAll(' ', ''));
  if (!match) return undefined;
  const [, interactive, isNew, slot, fetch, upgrade, downgrade, mask] = match;
  const change = changeOf({ isNew, slot, upgrade, downgrade });
  if (!change) return undefined;
  return {
    change,
    mask: mask === '~' || mask === '*' || mask === '#' ? mask : null,
    fetchRestricted: fetch === 'F' ? 'unsatisfied' : fetch === 'f' ? 'satisfied' : null,
    interactive: interactive === 'I',
  };
}

/** Most telling mark first: a downgrade has U as well, a new slot N, and a forced row (r) also R or U. */
function changeOf(marks: {
  isNew: string | undefined;
  slot: string | undefined;
  upgrade: string | undefined;
  downgrade: string | undefined;
}): MergeChange | undefined {
  if (marks.downgrade === 'D') return 'downgrade';
  if (marks.upgrade === 'U') return 'upgrade';
  if (marks.slot === 'S') return 'new-slot';
  if (marks.slot === 'R' || marks.isNew === 'r') return 'reinstall';
  return marks.isNew === 'N' ? 'new' : undefined;
}
