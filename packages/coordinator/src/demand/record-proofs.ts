import type { Proofs } from '@binhost/shared/protocol';
import type { Database } from '../db/database.ts';
import { judgeProof } from './judge-proof.ts';
import { moveWish } from './move-wish.ts';
import { loadLiveWishes, lockWishes, storeWishChange } from './wish-store.ts';

/**
 * What the node found of the packages that its Portage lists as binaries: wishes become `ready`, or `refused` with the reason.
 * Results for packages that the node has no wish for are passed over. Repeating it changes nothing.
 *
 * @returns how many wishes changed
 */
export async function recordProofs(db: Database, nodeId: string, proofs: Proofs): Promise<number> {
  return db.transaction(async (tx) => {
    await lockWishes(tx, nodeId);
    const wishes = await loadLiveWishes(tx, nodeId);
    const byName = new Map(wishes.map((wish) => [`${wish.cpv}-${wish.publishedBuildId}`, wish]));
    let changed = 0;
    for (const result of proofs.results) {
      const wish = byName.get(`${result.cpv}-${result.buildId}`);
      const step = wish && judgeProof(wish.state, result);
      if (!wish || !step) continue;
      if (step.event) await moveWish(tx, wish, step.event, step.reasons);
      else await storeWishChange(tx, wish.id, step.reasons);
      changed++;
    }
    return changed;
  });
}
