import type { Database } from '../db/database.ts';
import { loadWishDigests } from './wish-build-store.ts';

/**
 * Finds nodes whose users would be shown something else than before, so that a change costs the nodes that it concerns and
 * not the whole fleet.
 *
 * @returns a function that names the nodes whose wishes, or the builds of them, have changed since it was called last
 */
export function followWishes(db: Database): () => Promise<string[]> {
  let known = new Map<string, string>();
  return async () => {
    const now = await loadWishDigests(db);
    const nodes = new Set([...known.keys(), ...now.keys()]);
    const changed = [...nodes].filter((node) => known.get(node) !== now.get(node));
    known = now;
    return changed;
  };
}
