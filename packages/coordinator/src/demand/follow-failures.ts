import type { Database } from '../db/database.ts';
import { loadFailuresOfNodes } from './wish-build-store.ts';

/**
 * Finds nodes whose demand a failed build changes: what it fails to build the node compiles itself, and so what is only needed
 * to compile it is wanted there after all.
 *
 * @returns a function that names the nodes with failures that it has not named before
 */
export function followFailures(db: Database): () => Promise<string[]> {
  let named = new Set<string>();
  return async () => {
    const failures = await loadFailuresOfNodes(db);
    const keyOf = ({ nodeId, buildId, attemptCount }: (typeof failures)[number]): string =>
      `${nodeId} ${buildId} ${attemptCount}`;
    const fresh = failures.filter((failure) => !named.has(keyOf(failure)));
    named = new Set(failures.map(keyOf));
    return [...new Set(fresh.map(({ nodeId }) => nodeId))];
  };
}
