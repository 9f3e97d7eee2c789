import type { BuildState, Report, WishState } from '@binhost/shared/protocol';
import type { FailureKind } from '../queue/build-state.ts';
import type { AttemptOutcome } from '../queue/build-tables.ts';
import type { Chore } from '../queue/chore-state.ts';

/** What stopped a builder or publisher. */
export interface Fault {
  process: 'builder' | 'publisher';
  /** The builder's host, the publisher's pool. */
  name: string;
  text: string;
  times: number;
  at: Date;
}

/** What the status step reads: plain rows, so that the view is made without a database. */

export interface NodeRow {
  id: string;
  name: string;
  pool: string;
  agentVersion: string | null;
  binaryOnly: boolean;
  firstSeenAt: Date;
  lastSeenAt: Date;
  /** null while no connection is open. */
  connectedAt: Date | null;
  clockSkewMs: number | null;
  /** The newest report; null: none yet. */
  report: { number: number; lookedAt: Date; outcome: Report['outcome']; problems: number } | null;
}

export interface WishCount {
  nodeId: string;
  state: WishState;
  count: number;
}

export interface WishRow {
  nodeId: string;
  nodeName: string;
  pool: string;
  cpv: string;
  slot: string;
  subslot: string;
  repository: string;
  useEnabled: string[];
  bindings: { cp: string; slot: string; subslot: string }[];
  variantKey: string;
  state: WishState;
  reasonCode: string | null;
  reason: string | null;
  stateSince: Date;
  firstWantedAt: Date;
  /** The newest build of the variant. */
  build: { id: number; state: BuildState; reason: string } | null;
}

export interface BuildRow {
  id: number;
  variantKey: string;
  pool: string;
  cpv: string;
  slot: string;
  subslot: string;
  repository: string;
  useEnabled: string[];
  bindings: { cp: string; slot: string; subslot: string }[];
  state: BuildState;
  stateSince: Date;
  reason: string;
  failureKind: FailureKind | null;
  heldBy: 'person' | 'policy' | 'check' | null;
  priority: number;
  missing: number;
  notBefore: Date;
  attemptCount: number;
  createdAt: Date;
}

export interface AttemptRow {
  id: number;
  buildId: number;
  number: number;
  builderName: string;
  startedAt: Date;
  endedAt: Date | null;
  outcome: AttemptOutcome | null;
  outcomeText: string | null;
  phase: string | null;
  /** Below paths.logs. */
  logPath: string;
}

export interface BuilderRow {
  id: string;
  name: string;
  mode: 'overlay' | 'host';
  pools: string[];
  version: string;
  startedAt: Date;
  seenAt: Date;
  stoppedAt: Date | null;
}

export interface IndexRow {
  pool: string;
  /** Seconds since the epoch. */
  timestamp: number;
  sha256: string;
  entries: number;
}

export interface BuildCount {
  state: BuildState;
  count: number;
}

/** Everything that one status needs, read in one go. */
export interface StatusRows {
  nodes: NodeRow[];
  wishCounts: WishCount[];
  buildCounts: BuildCount[];
  /** leased, building, built and publishing. */
  active: BuildRow[];
  /** held and quarantined, at most 20. */
  stopped: BuildRow[];
  /** The newest ones that failed, at most 20. */
  failed: BuildRow[];
  builders: BuilderRow[];
  /** The newest of each kind. */
  chores: Chore[];
  /** What last stopped builders and publishers. */
  faults: Fault[];
  /** How long the last build of each package took, seconds by cpv of those that are built now. */
  usualSeconds: ReadonlyMap<string, number>;
  indexes: IndexRow[];
  /** Since when the oldest claimable build waits; null: none does. */
  claimableSince: Date | null;
  /** When an attempt last began or ended; null: never. */
  lastAttemptAt: Date | null;
  /** Since when the oldest handed-over build waits for a publisher; null: none does. */
  builtSince: Date | null;
}
