import type { PublishedVariant } from './published-variant.ts';
import { nextWishState } from './wish-state.ts';
import type { StoredWish } from './wish-store.ts';

/**
 * Which wishes what is published changes.
 *
 * @param published what serves each variant now, by variant key
 * @returns announce: wishes that are served from now on, each with its package; withdraw: wishes whose package is no more
 */
export function chooseAnnouncements<W extends Pick<StoredWish, 'state' | 'variantKey'>>(
  wishes: readonly W[],
  published: ReadonlyMap<string, PublishedVariant>,
): { announce: { wish: W; variant: PublishedVariant }[]; withdraw: W[] } {
  const announce: { wish: W; variant: PublishedVariant }[] = [];
  const withdraw: W[] = [];
  for (const wish of wishes) {
    const variant = published.get(wish.variantKey);
    if (variant && nextWishState(wish.state, 'publish')) announce.push({ wish, variant });
    if (!variant && nextWishState(wish.state, 'withdraw')) withdraw.push(wish);
  }
  return { announce, withdraw };
}
