import { parseCpv } from '@binhost/shared/portage';
import type { Demand } from '../demand/load-demand.ts';
import { OPERATOR, OPERATOR_REASON } from '../demand/operator.ts';
import type { BuildNeeds } from './build-needs.ts';

export interface Rank {
  /** Higher is sooner. Whole part: node-minutes that wait for it; fraction: the longest chain that hangs on it. */
  priority: number;
  /** Why it stands where it stands; holds no figure that changes by itself. */
  reason: string;
}

/** Seconds that a build of a package takes, by category/name; undefined: no such build is known. */
export type ExpectedSeconds = (cp: string) => number | undefined;

/** What a build without history is taken to last. */
const UNKNOWN_SECONDS = 60;
const DAY_SECONDS = 86_400;

/**
 * The order of builds: what unblocks most node-waiting comes first. Each node that waits for a variant, or for one that
 * needs it, counts once with the minutes that it has waited. Ties go to the longest chain of expected build time.
 *
 * @param nowMs wall clock
 * @param expectedSeconds by category/name; undefined: no such build is known
 */
export function rankBuilds(
  demands: readonly Demand[],
  needs: ReadonlyMap<string, BuildNeeds>,
  { nowMs, expectedSeconds = () => undefined }: { nowMs: number; expectedSeconds?: ExpectedSeconds },
): Map<string, Rank> {
  const byKey = new Map(demands.map((demand) => [demand.variantKey, demand]));
  const dependents = reversed(needs);
  const seconds = (demand: Demand): number => expectedSeconds(parseCpv(demand.cpv)?.cp ?? '') ?? UNKNOWN_SECONDS;
  const chains = new Map<string, number>();
  const ranks = new Map<string, Rank>();
  for (const demand of demands) {
    const unblocked = reachable(demand.variantKey, dependents);
    const waiting = [demand, ...unblocked.flatMap((key) => byKey.get(key) ?? [])];
    const nodes = waitingSince(waiting);
    const minutes = [...nodes.values()].map((since) => 1 + Math.max(0, Math.floor((nowMs - since) / 60_000)));
    const chain = longestChain(demand, { byKey, dependents, seconds, chains, onTheWay: new Set() });
    const sum = minutes.reduce((total, each) => total + each, 0);
    ranks.set(demand.variantKey, {
      priority: sum + chain / (chain + DAY_SECONDS),
      reason: reasonOf([...nodes.keys()].filter((node) => node !== OPERATOR).length, unblocked.length),
    });
  }
  return ranks;
}

function reasonOf(nodes: number, unblocked: number): string {
  if (nodes === 0) return OPERATOR_REASON;
  const who = nodes === 1 ? 'one node waits for it' : `${nodes} nodes wait for it`;
  if (unblocked === 0) return `waits for a builder; ${who}`;
  return `waits for a builder; ${who}, and ${unblocked === 1 ? 'one build needs' : `${unblocked} builds need`} it`;
}

function reversed(needs: ReadonlyMap<string, BuildNeeds>): Map<string, string[]> {
  const dependents = new Map<string, string[]>();
  for (const [key, { first, rather }] of needs) {
    for (const needed of [...first, ...rather]) dependents.set(needed, [...(dependents.get(needed) ?? []), key]);
  }
  return dependents;
}

/** All that hangs on a variant, itself left out. */
function reachable(key: string, dependents: ReadonlyMap<string, string[]>): string[] {
  const reached = new Set([key]);
  for (const each of reached) for (const next of dependents.get(each) ?? []) reached.add(next);
  reached.delete(key);
  return [...reached];
}

/** Since when each node waits for any of these. */
function waitingSince(demands: readonly Demand[]): Map<string, number> {
  const since = new Map<string, number>();
  for (const { nodeId, firstWantedAtMs } of demands.flatMap((demand) => demand.wishes)) {
    since.set(nodeId, Math.min(firstWantedAtMs, since.get(nodeId) ?? Number.POSITIVE_INFINITY));
  }
  return since;
}

interface ChainWalk {
  byKey: ReadonlyMap<string, Demand>;
  dependents: ReadonlyMap<string, string[]>;
  seconds(demand: Demand): number;
  /** Found so far. */
  chains: Map<string, number>;
  /** Runtime needs may go in circles: a variant is counted once on its way. */
  onTheWay: Set<string>;
}

/** Seconds of the variant and of the longest chain that hangs on it. */
function longestChain(demand: Demand, walk: ChainWalk): number {
  const { byKey, dependents, chains, onTheWay } = walk;
  const known = chains.get(demand.variantKey);
  if (known !== undefined) return known;
  onTheWay.add(demand.variantKey);
  const next = (dependents.get(demand.variantKey) ?? []).flatMap((key) =>
    onTheWay.has(key) ? [] : (byKey.get(key) ?? []),
  );
  const longest = Math.max(0, ...next.map((each) => longestChain(each, walk)));
  onTheWay.delete(demand.variantKey);
  const total = walk.seconds(demand) + longest;
  chains.set(demand.variantKey, total);
  return total;
}
