import type { JoinTokenRow } from './join-token-store.ts';
import { type JoinTokenState, joinTokenState } from './judge-join-token.ts';

/** A join token as it is shown: everything but its secret. */
export interface JoinTokenView {
  id: number;
  state: JoinTokenState;
  /** The name that the node gets; null: its own. */
  nodeName: string | null;
  pool: string;
  createdAtMs: number;
  expiresAtMs: number;
  /** The node that joined by it; null: none yet. */
  usedBy: string | null;
  usedAtMs: number | null;
  usedFrom: string | null;
}

/** A new one: the only time that its line is shown. */
export interface NewJoinTokenView extends JoinTokenView {
  /** To be pasted on the node. */
  line: string;
  /** What the owner should know of it; empty: nothing. */
  notes: string[];
}

export function joinTokenView(row: JoinTokenRow, nowMs: number): JoinTokenView {
  return {
    id: row.id,
    state: joinTokenState(row, nowMs),
    nodeName: row.nodeName,
    pool: row.pool,
    createdAtMs: row.createdAt.getTime(),
    expiresAtMs: row.expiresAt.getTime(),
    usedBy: row.usedBy,
    usedAtMs: row.usedAt?.getTime() ?? null,
    usedFrom: row.usedFrom,
  };
}
