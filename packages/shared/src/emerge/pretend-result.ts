/**
 * What `emerge -gpvuDN world` said, as values. Made by parse-pretend-output.ts; the entry shape is also the documented
 * output of `binhost-agent parse --json`, so a field is added, never changed.
 */

/** `ebuild` would be compiled, `binary` taken as a binary, `nomerge` stands in a tree only, `blocks` names a blocker. */
export const MERGE_KINDS = ['ebuild', 'binary', 'nomerge', 'uninstall', 'blocks'] as const;
export type MergeKind = (typeof MERGE_KINDS)[number];

export const MERGE_CHANGES = ['new', 'new-slot', 'upgrade', 'downgrade', 'reinstall'] as const;
export type MergeChange = (typeof MERGE_CHANGES)[number];

export interface MergeEntry {
  kind: MergeKind;
  /** category/name-version[-rN]; for `blocks` the blocking atom's text. */
  cpv: string;
  /** Build number of a binary; null where the line names none (always null unless kind is `binary`). */
  buildId: number | null;
  /** `0` where the line shows none. */
  slot: string;
  /** Equals `slot` where the line shows none. */
  subslot: string;
  /** null where the line shows none (old Portage, `--quiet`). */
  repository: string | null;
  /** null on lines that change nothing: nomerge, uninstall, blocks. */
  change: MergeChange | null;
  /** Flags in long form (`cpu_flags_x86_avx2`), sorted. Flags that the new version no longer has stand in neither list. */
  use: { enabled: string[]; disabled: string[] };
  /** Versions that the merge replaces, as printed inside `[...]`, without slot and repository. */
  installed: string[];
  /** null where the line shows no size. */
  downloadKiB: number | null;
  /** `~` keyword, `*` missing keyword, `#` package.mask; null: none. */
  mask: '~' | '*' | '#' | null;
  /** The `F` and `f` marks: sources that a person must fetch, not here / already here. */
  fetchRestricted: 'unsatisfied' | 'satisfied' | null;
  interactive: boolean;
}

/** One word per situation; each has its golden file. */
export const PROBLEM_CODES = [
  'blocked',
  'masked-by-keyword',
  'masked-by-license',
  'masked-by-mask',
  'masked',
  'needs-use-change',
  'needs-keyword-change',
  'needs-license-change',
  'needs-unmask',
  'slot-conflict',
  'circular-dependency',
  'missing-ebuild',
  'missing-binary',
  'update-skipped',
  'fetch-restricted',
  'binhost-unreachable',
  'binary-ignored',
  'incomplete-set',
  'degraded-output',
  'other-root',
  'unknown-line',
  'total-mismatch',
  'truncated',
  'not-emerge-output',
  'too-large',
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

export interface PretendProblem {
  code: ProblemCode;
  /** The package or atom concerned; null where the problem is of the whole list. */
  atom: string | null;
  /** One sentence for a person. */
  message: string;
  /** The lines of output that show it, at most 20. */
  lines: string[];
}

export interface PretendTotals {
  /** Packages that the `Total:` line names; null where there was no such line. */
  packages: number | null;
  /** Merge entries (ebuild and binary) that were parsed. */
  parsed: number;
  downloadKiB: number | null;
}

export interface PretendResult {
  entries: MergeEntry[];
  problems: PretendProblem[];
  totals: PretendTotals;
}
