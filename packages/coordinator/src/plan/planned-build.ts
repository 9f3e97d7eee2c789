import type { BuildState } from '@binhost/shared/protocol';
import type { WantedPackage } from '../demand/load-demand.ts';
import type { WillHave } from '../demand/will-have.ts';

/** A build that the plan asks the queue for. */
export interface PlannedBuild {
  variantKey: string;
  pool: string;
  cpv: string;
  slot: string;
  subslot: string;
  repository: string;
  useEnabled: string[];
  useDisabled: string[];
  /** What must stand in the build root for each `:=` dependency. */
  bindings: WillHave[];
  /** MD5 of the ebuild as it is now; null: unknown. */
  ebuildMd5: string | null;
  /** Ids of the nodes that wait for it; none where only the operator does. */
  nodes: string[];
  /** The demanding node's other wanted packages: their USE and keywords hold for what must be built on the way. */
  face: WantedPackage[];
  /** Higher is sooner. */
  priority: number;
  /** Shown while it waits; never empty. */
  reason: string;
}

/** A build that has not ended, as far as the plan looks at it. */
export interface LiveBuildFacts {
  buildId: number;
  variantKey: string;
  cpv: string;
  state: BuildState;
  reason: string;
  priority: number;
  /** Builds that it still waits for. */
  needs: number[];
  attemptCount: number;
  /** MD5 of the ebuild when the build was planned; null: unknown. */
  ebuildMd5: string | null;
}
