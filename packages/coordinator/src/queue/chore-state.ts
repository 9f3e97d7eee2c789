/**
 * sync   the binhost's ebuild repositories are brought up to date (sync.command).
 * fetch  the sources of the builds that wait are fetched ahead.
 * rotate-key  a publisher makes the key that signs next.
 */
export const CHORE_KINDS = ['sync', 'fetch', 'rotate-key'] as const;
export type ChoreKind = (typeof CHORE_KINDS)[number];

/** asked: waits for a builder, a key for a publisher. running: it is done now. done, failed: the end; `result` says what came of it. */
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
export type ChoreSequel = 'fetch-ahead' | 'look-again' | 'tell-keys' | 'nothing';

/** After a sync the sources of what waits are fetched; then, or where that failed, the nodes look again. Pure. */
export function sequelOf({ kind, state }: Pick<Chore, 'kind' | 'state'>): ChoreSequel {
  if (kind === 'fetch') return 'look-again';
  if (kind === 'rotate-key') return state === 'done' ? 'tell-keys' : 'nothing';
  return state === 'done' ? 'fetch-ahead' : 'nothing';
}
