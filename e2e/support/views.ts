import type { BuildState, WishState, WishView } from '@binhost/shared/protocol';

/** What the coordinator's API answers, as far as tests and the demo read it. */
export interface NodeView {
  name: string;
  online: boolean;
  report: { number: number; outcome: 'complete' | 'incomplete' | 'failed'; problems: number } | null;
  wishes: Record<WishState, number>;
}

export interface BuildView {
  id: number;
  cpv: string;
  useEnabled: string[];
  bindings: string[];
  variantKey: string;
  state: BuildState;
  reason: string;
  failureKind: string | null;
  attempts: number;
}

export interface DemandView {
  variantKey: string;
  cpv: string;
  wishes: { node: string; state: WishState; reason: string | null }[];
}

/** What an agent's status.sock answers, as far as tests and the demo read it. */
export interface AgentStatusView {
  node: string;
  link: { state: string };
  looking: { reason: string } | null;
  lastLook: {
    number: number;
    reason: string;
    outcome: string;
    ebuilds: number;
    binaries: number;
    isAcknowledged: boolean;
  } | null;
  wishes: { list: WishView[] } | null;
  trouble: string | null;
  situations?: { code: string }[];
}
