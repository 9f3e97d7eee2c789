import type { MergeEntry } from './pretend-result.ts';

export interface BlocksLine {
  entry: MergeEntry;
  /** `b`: the merge itself resolves it, by an upgrade or an uninstall. */
  satisfied: boolean;
  /** What is blocked, as printed. */
  reason: string;
}

const BLOCKS = /^\[blocks ([Bb]) *\] *(\S+) *(?:\((.*)\))? *$/;

/** `[blocks B      ] dev-libs/foo ("<dev-libs/foo-2" is soft blocking dev-libs/bar-1)`; undefined where it is no such line. */
export function parseBlocksLine(line: string): BlocksLine | undefined {
  const match = BLOCKS.exec(line);
  const atom = match?.[2];
  // Cut short, the reason lacks its closing parenthesis
  if (!match || atom === undefined || !/^[^\s()]+\/[^\s()]+$/.test(atom)) return undefined;
  const entry: MergeEntry = {
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
  return { entry, satisfied: match[1] === 'b', reason: match[3] ?? '' };
}
