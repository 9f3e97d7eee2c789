import type { NodeFacts } from '@binhost/shared/protocol';

/** Stands in a node's facts for a bashrc, which may change every package. */
const EVERY_PACKAGE = '*/*';

/**
 * What the node itself does to a package, so that nobody else's binary is the same: patches, settings of its own, or an
 * ebuild in a repository that only it has.
 *
 * @param repositories those of the binhost
 * @returns a part of a sentence; undefined where nothing is known
 */
export function localChange(
  { cp, repository }: { cp: string; repository: string },
  { localChanges, shadowed }: Pick<NodeFacts, 'localChanges' | 'shadowed'>,
  repositories: { has(name: string): boolean },
): string | undefined {
  if (localChanges.includes(cp)) return `the node patches or configures ${cp} by itself (below /etc/portage)`;
  if (localChanges.includes(EVERY_PACKAGE)) return "the node's /etc/portage/bashrc may change every package";
  if (shadowed.includes(cp) && !repositories.has(repository)) {
    return `the node's own repository '${repository}' shadows ${cp}`;
  }
  return undefined;
}
