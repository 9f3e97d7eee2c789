import { bindingText } from '@binhost/shared/portage';
import type { WishView } from '@binhost/shared/protocol';
import type { Database } from '../db/database.ts';
import { loadWishesWithBuilds, type WishWithBuild } from './wish-build-store.ts';

/** All live wishes of a node for its `wishes` snapshot, in the order of its merge list. Every one that is not ready says why. */
export async function wishesOfNode(db: Database, nodeId: string): Promise<WishView[]> {
  return (await loadWishesWithBuilds(db, nodeId)).map(viewWish);
}

/** What a node's user is shown of one wish. */
export function viewWish(wish: WishWithBuild): WishView {
  return {
    cpv: wish.cpv,
    useEnabled: wish.useEnabled,
    bindings: wish.bindings.map(bindingText),
    state: wish.state,
    ...explain(wish),
    buildState: wish.buildState,
    sinceMs: wish.stateSinceMs,
    buildId: wish.publishedBuildId,
  };
}

function explain(wish: WishWithBuild): Pick<WishView, 'reasonCode' | 'reason'> {
  const { state, reasonCode, buildState, buildReason } = wish;
  const reason = wish.reason?.slice(0, MAX_REASON) ?? null;
  if (state !== 'waiting' || reason !== null) return { reasonCode, reason };
  if (buildState === null) return { reasonCode: 'not-planned', reason: 'its build is about to be planned' };
  const what =
    buildState === 'failed' ? 'its build failed' : buildState === 'cancelled' ? 'its build was cancelled' : buildState;
  const text = `${what}: ${buildReason || 'no reason was noted'}`;
  return { reasonCode: `build-${buildState}`, reason: text.slice(0, MAX_REASON) };
}

/** Characters that the protocol takes. */
const MAX_REASON = 4000;
