import type { NodeFacts } from '@binhost/shared/protocol';
import { revisionMs } from '../tree/repository-revision.ts';

/**
 * How far a repository is on the node and on the binhost, as the end of a sentence that says what to sync.
 *
 * @param here revision of the repository on the binhost; undefined: it has none
 */
export function treeAge(
  repository: string,
  { repositories }: Pick<NodeFacts, 'repositories'>,
  here: string | null | undefined,
): string {
  const there = repositories.find(({ name }) => name === repository)?.revision ?? undefined;
  if (!here || !there) return 'sync the binhost (or the node, if it is behind)';
  const both = `'${repository}' is at ${short(there)} on the node, at ${short(here)} on the binhost`;
  if (here === there) return `${both}: one of them was changed by hand, or was caught in the middle of a sync`;
  const [hereMs, thereMs] = [revisionMs(here), revisionMs(there)];
  if (hereMs === undefined || thereMs === undefined || hereMs === thereMs) return `${both}; sync both`;
  return thereMs > hereMs
    ? `the node is ahead (${both}); sync the binhost`
    : `the node is behind (${both}); sync the node`;
}

/** A commit's first letters say enough. */
function short(revision: string): string {
  return revision.replace(/^([0-9a-f]{12})[0-9a-f]{28,}/, '$1').slice(0, 80);
}
