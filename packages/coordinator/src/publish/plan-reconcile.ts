import type { FoundFile } from './published-directory.ts';

/** What must be done so that directory, index and table say the same. The files and the index decide, never the table. */
export interface Reconciliation {
  /** Entries whose file is there in full. */
  kept: Record<string, string>[];
  /** PATHs of entries whose file is missing or has another size: they leave the index. */
  lost: string[];
  /** Files that no entry names: adopted if they are ours and whole, else left alone. */
  orphans: string[];
  /** Kept entries without a row in the table. */
  unrecorded: Record<string, string>[];
  /** Rows that no kept entry names. */
  withdrawn: number[];
}

export function planReconcile(input: {
  entries: readonly Record<string, string>[];
  files: readonly FoundFile[];
  rows: readonly { id: number; path: string }[];
}): Reconciliation {
  const sizes = new Map(input.files.map((file) => [file.path, file.size]));
  const kept = new Map<string, Record<string, string>>();
  const lost: string[] = [];
  for (const entry of input.entries) {
    const path = entry.PATH ?? '';
    if (sizes.get(path) === Number(entry.SIZE) && !kept.has(path)) kept.set(path, entry);
    else lost.push(path);
  }
  const recorded = new Set(input.rows.map((row) => row.path));
  return {
    kept: [...kept.values()],
    lost,
    orphans: [...sizes.keys()].filter((path) => !kept.has(path)),
    unrecorded: [...kept.values()].filter((entry) => !recorded.has(entry.PATH ?? '')),
    withdrawn: input.rows.filter((row) => !kept.has(row.path)).map((row) => row.id),
  };
}
