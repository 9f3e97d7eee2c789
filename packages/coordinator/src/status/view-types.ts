import type { BuildState, Report, WishState, WishView } from '@binhost/shared/protocol';
import type { FailureKind } from '../queue/build-state.ts';
import type { AttemptOutcome } from '../queue/build-tables.ts';
import type { ChoreKind, ChoreState } from '../queue/chore-state.ts';
import type { PolicyKind, PolicyStage, PolicyVerdict } from '../queue/decide-policy.ts';
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
  /** Builds that wait for a person, with the command that moves them. */
  stopped: (BuildView & { whatToDo: string })[];
  builders: BuilderView[];
  /** The newest sync, and the newest fetching ahead. */
  chores: ChoreView[];
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
  /** Who wants it to wait, while it is held or quarantined. */
  heldBy: 'person' | 'policy' | 'check' | null;
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

/** A wish for a variant, and what helps it. */
export interface WhyWish {
  node: string;
  state: WishState;
  reasonCode: string | null;
  reason: string | null;
  sinceMs: number;
  whatToDo: string | null;
}

/** All that is known of one variant of a package. */
export interface WhyVariant {
  variantKey: string;
  pool: string;
  cpv: string;
  slot: string;
  repository: string;
  useEnabled: string[];
  bindings: string[];
  wishes: WhyWish[];
  /** Its newest build. */
  build: BuildDetail | null;
  /** The last lines of the newest attempt's log, where it failed. */
  logTail: string[];
  /** What moves the build. */
  whatToDo: string | null;
}

export interface PolicyView {
  id: number;
  kind: PolicyKind;
  /** The package, repository or pool; the name of the node. */
  name: string;
  verdict: PolicyVerdict;
  stage: PolicyStage;
  reason: string;
  createdAtMs: number;
}

/** A signing key of a pool. */
export interface KeyView {
  pool: string;
  fingerprint: string;
  /** `signs-next`: told to the nodes, so that they trust it when it signs. `signed-before`: what it signed stays valid. */
  use: 'signs' | 'signs-next' | 'signed-before';
  createdAtMs: number;
  /** null: never. */
  expiresAtMs: number | null;
}

/** Work of the machine beside builds. */
export interface ChoreView {
  id: number;
  kind: ChoreKind;
  state: ChoreState;
  askedBy: string;
  /** Host name of the builder that does it. */
  builder: string | null;
  /** What came of it. */
  result: string | null;
  askedAtMs: number;
  startedAtMs: number | null;
  endedAtMs: number | null;
}

/** A published package that could go. */
export interface GarbageView {
  pool: string;
  cpv: string;
  path: string;
  /** Bytes. */
  size: number;
  why: string;
}
