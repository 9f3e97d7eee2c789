import { coordinatorError } from '../coordinator-errors.ts';
import type { Database } from '../db/database.ts';
import type { LiveWish } from './decide-wishes.ts';
import { nextWishState, type WishEvent } from './wish-state.ts';
import { storeWishState, type WishChange } from './wish-store.ts';

/**
 * The one setter of a wish's state. Call it under lockWishes, with the wish as it was read there.
 *
 * @throws ILLEGAL_TRANSITION
 */
export async function moveWish(
  tx: Database,
  wish: Pick<LiveWish, 'id' | 'state'>,
  event: WishEvent,
  change: WishChange,
): Promise<void> {
  const to = nextWishState(wish.state, event);
  if (!to) {
    throw coordinatorError('ILLEGAL_TRANSITION', `wish ${wish.id} is ${wish.state}, which does not allow '${event}'`, {
      detail: { wishId: wish.id, state: wish.state, event },
    });
  }
  await storeWishState(tx, wish.id, to, change);
}
