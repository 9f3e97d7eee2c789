/**
 * sync   the binhost's ebuild repositories are brought up to date (sync.command).
 * fetch  the sources of the builds that wait are fetched ahead.
 */
export const CHORE_KINDS = ['sync', 'fetch'] as const;
export type ChoreKind = (typeof CHORE_KINDS)[number];

/** asked: waits for a builder. running: a builder does it. done, failed: the end; `result` says what came of it. */
export const CHORE_STATES = ['asked', 'running', 'done', 'failed'] as const;
export type ChoreState = (typeof CHORE_STATES)[number];

export interface Chore {
  id: number;
  kind: ChoreKind;
  state: ChoreState;
  askedBy: string;
  askedAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  builder: string | null;
  result: string | null;
}

/** Name of a chore's log below the log directory. */
export function choreLog(id: number): string {
  return `chore-${id}.log`;
}

/** What follows from the end of a chore. */
export type ChoreSequel = 'fetch-ahead' | 'look-again' | 'nothing';

/** After a sync the sources of what waits are fetched; then, or where that failed, the nodes look again. Pure. */
export function sequelOf({ kind, state }: Pick<Chore, 'kind' | 'state'>): ChoreSequel {
  if (kind === 'fetch') return 'look-again';
  return state === 'done' ? 'fetch-ahead' : 'nothing';
}
