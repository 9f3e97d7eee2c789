import type { BuildState } from '@binhost/shared/protocol';
import type { Demand } from '../demand/load-demand.ts';
import { OPERATOR } from '../demand/operator.ts';

/** What one node may have built for itself. */
export interface NodeAllowance {
  /** Variants that may wait for a build at a time because of one node. */
  wishesPerNode: number;
  /** Builds that one node may cause within 24 hours. */
  buildsPerDay: number;
}

export interface BudgetSnapshot {
  /** What nodes want longest first. */
  demands: readonly Demand[];
  /** State of the live builds, by variant key. */
  live: ReadonlyMap<string, BuildState>;
  /** Variants that nobody builds before a person asks for it. */
  cancelled: ReadonlySet<string>;
  /** Builds of the last 24 hours, by the node that they were planned for. */
  buildsOfDay: ReadonlyMap<string, number>;
  allowance: NodeAllowance;
}

/** A wish that no build is planned for yet, and the sentence that its owner reads. */
export interface WishOverBudget {
  wishId: number;
  nodeId: string;
  reason: string;
}

/**
 * Which demand may be planned: each new build is on account of the first node that waits for it and has something left. So a
 * node without budget limits only what nobody else wants. What has a build already, and what the operator asked for, is on
 * nobody's account; a build that failed or was cancelled takes no place.
 *
 * @returns demands: in their order, the paying node's wish first (it gives the build its face); over: all other wishes
 */
export function budgetDemand(snapshot: BudgetSnapshot): { demands: Demand[]; over: WishOverBudget[] } {
  const { live, cancelled, allowance } = snapshot;
  const open = new Map<string, number>();
  const ofDay = new Map(snapshot.buildsOfDay);
  for (const { variantKey, wishes } of snapshot.demands) {
    const state = live.get(variantKey);
    if (state !== undefined && state !== 'failed') addOne(open, wishes[0]?.nodeId);
  }
  const obstacle = (nodeId: string): string | undefined => {
    if ((open.get(nodeId) ?? 0) >= allowance.wishesPerNode) return tooManyWishes(allowance.wishesPerNode);
    return (ofDay.get(nodeId) ?? 0) >= allowance.buildsPerDay ? tooManyBuilds(allowance.buildsPerDay) : undefined;
  };
  const demands: Demand[] = [];
  const over: WishOverBudget[] = [];
  for (const demand of snapshot.demands) {
    const { variantKey, wishes } = demand;
    const isFree = live.has(variantKey) || cancelled.has(variantKey) || wishes.some(isOperators);
    const payer = isFree ? undefined : wishes.find(({ nodeId }) => obstacle(nodeId) === undefined);
    if (isFree) demands.push(demand);
    else if (payer) {
      addOne(open, payer.nodeId);
      addOne(ofDay, payer.nodeId);
      demands.push({ ...demand, wishes: [payer, ...wishes.filter((wish) => wish !== payer)] });
    } else over.push(...wishes.map(({ wishId, nodeId }) => ({ wishId, nodeId, reason: obstacle(nodeId) ?? '' })));
  }
  return { demands, over };
}

function isOperators({ nodeId }: Demand['wishes'][number]): boolean {
  return nodeId === OPERATOR;
}

function addOne(counts: Map<string, number>, nodeId: string | undefined): void {
  if (nodeId !== undefined) counts.set(nodeId, (counts.get(nodeId) ?? 0) + 1);
}

// Without figures that change by themselves: every change is written to each of the wishes and sent to the node.
function tooManyWishes(most: number): string {
  return (
    `this node waits for ${most} builds already (limits.wishesPerNode of the coordinator); its build is planned by itself ` +
    'once fewer are open. Ask for less at a time, or have the limit raised'
  );
}

function tooManyBuilds(most: number): string {
  return (
    `this node has had ${most} builds planned within 24 hours (limits.buildsPerDay of the coordinator); its build is planned ` +
    'by itself as those become older than a day. Wait, or have the limit raised'
  );
}
