import type { Database } from '../db/database.ts';
import { OPERATOR } from './operator.ts';
import { loadOperatorWishes } from './operator-wish-store.ts';
import type { WillHave } from './will-have.ts';
import { loadWishes, type WaitingWish } from './wish-store.ts';

/** One variant that at least one node waits for. */
export interface Demand {
  variantKey: string;
  pool: string;
  cpv: string;
  slot: string;
  subslot: string;
  repository: string;
  useEnabled: string[];
  useDisabled: string[];
  bindings: WillHave[];
  /**
   * Oldest first; never empty. The first one's node is the demanding node, whose face a build takes on. A wish of the operator
   * has OPERATOR as its node.
   */
  wishes: { wishId: number; nodeId: string; firstWantedAtMs: number; position: number }[];
}

/** A package as a node wants it. */
export interface WantedPackage {
  cpv: string;
  repository: string;
  useEnabled: string[];
  useDisabled: string[];
}

/** The variants that nodes or the operator wait for, each with its waiting wishes; what nodes want longest first. */
export async function loadDemand(db: Database): Promise<Demand[]> {
  const asked = (await loadOperatorWishes(db)).map(({ atom: _typed, askedAt, ...variant }) => ({
    ...variant,
    id: 0,
    nodeId: OPERATOR,
    position: 0,
    firstWantedAt: askedAt,
  }));
  return groupDemand([...(await loadWishes(db, ['waiting'])), ...asked]);
}

/**
 * What each node wants, in whatever state: the USE and keywords that a build for it should see. Wishes without an ebuild of
 * ours are among them; a line of package.use for what is not there does no harm.
 */
export async function loadWanted(db: Database): Promise<Map<string, WantedPackage[]>> {
  const wanted = new Map<string, WantedPackage[]>();
  const wishes = await loadWishes(db, ['waiting', 'excluded', 'unbuildable', 'published', 'ready', 'refused']);
  for (const { nodeId, cpv, repository, useEnabled, useDisabled } of wishes) {
    if (repository === '') continue;
    wanted.set(nodeId, [...(wanted.get(nodeId) ?? []), { cpv, repository, useEnabled, useDisabled }]);
  }
  return wanted;
}

/** @param wishes oldest first */
export function groupDemand(wishes: readonly WaitingWish[]): Demand[] {
  const byKey = new Map<string, Demand>();
  for (const { id, nodeId, firstWantedAt, position, ...variant } of wishes) {
    const demand = byKey.get(variant.variantKey) ?? { ...variant, wishes: [] };
    demand.wishes.push({ wishId: id, nodeId, firstWantedAtMs: firstWantedAt.getTime(), position });
    byKey.set(variant.variantKey, demand);
  }
  return [...byKey.values()];
}
