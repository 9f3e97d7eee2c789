import type { BuildState, Report, WishState, WishView } from '@binhost/shared/protocol';
import type { FailureKind } from '../queue/build-state.ts';
import type { AttemptOutcome } from '../queue/build-tables.ts';
import type { Warning } from './warnings.ts';

/**
 * What the API answers and `--json` prints. A field is added, never changed: programs of others read it.
 * Times are milliseconds since the epoch by the coordinator's clock; null means "never" or "none".
 */
export interface CoordinatorStatus {
  madeAtMs: number;
  version: string;
  startedAtMs: number;
  warnings: Warning[];
  nodes: { total: number; online: number; reported: number };
  /** Live wishes of all nodes by state. */
  wishes: Record<WishState, number>;
  builds: Record<BuildState, number>;
  /** Builds that are worked on. */
  active: BuildView[];
  builders: BuilderView[];
  /** Pools that a running publisher holds. */
  publishing: string[];
  indexes: { pool: string; timestampMs: number; sha256: string; entries: number }[];
}

export interface BuilderView {
  name: string;
  mode: 'overlay' | 'host';
  /** Empty: all. */
  pools: string[];
  version: string;
  alive: boolean;
  seenAtMs: number;
}

export interface NodeView {
  name: string;
  pool: string;
  online: boolean;
  agentVersion: string | null;
  /** Its EMERGE_DEFAULT_OPTS take binaries only. */
  binaryOnly: boolean;
  lastSeenAtMs: number;
  clockSkewMs: number | null;
  report: { number: number; lookedAtMs: number; outcome: Report['outcome']; problems: number } | null;
  wishes: Record<WishState, number>;
}

export interface NodeDetail extends NodeView {
  wishList: WishView[];
}

/** A variant with the wishes for it. */
export interface DemandView {
  variantKey: string;
  pool: string;
  cpv: string;
  slot: string;
  repository: string;
  useEnabled: string[];
  bindings: string[];
  firstWantedAtMs: number;
  build: { id: number; state: BuildState; reason: string } | null;
  wishes: { node: string; state: WishState; reasonCode: string | null; reason: string | null }[];
}

export interface BuildView {
  id: number;
  pool: string;
  cpv: string;
  slot: string;
  repository: string;
  useEnabled: string[];
  bindings: string[];
  variantKey: string;
  state: BuildState;
  sinceMs: number;
  /** Why it is in this state. */
  reason: string;
  failureKind: FailureKind | null;
  priority: number;
  /** Builds that must be published before this one may start. */
  missing: number;
  notBeforeMs: number;
  createdAtMs: number;
  attempts: number;
}

export interface AttemptView {
  id: number;
  number: number;
  builder: string;
  startedAtMs: number;
  endedAtMs: number | null;
  outcome: AttemptOutcome | null;
  text: string | null;
  phase: string | null;
  log: string;
}

export interface BuildDetail extends BuildView {
  attemptList: AttemptView[];
}
