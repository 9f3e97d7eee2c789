import { parseCpv } from '@binhost/shared/portage';
import type { WishView } from '@binhost/shared/protocol';

/** What the coordinator's `/api/builds` says of a build, as far as it is used. */
export interface KnownBuild {
  id: number;
  pool: string;
  cpv: string;
  useEnabled: string[];
}

/** `cat/name`, `cat/name-1.2` or `=cat/name-1.2` is that package; `name` in any category. */
export function isMeant(atom: string, cpv: string): boolean {
  const plain = atom.replace(/^=/, '');
  const parsed = parseCpv(cpv);
  return cpv === plain || parsed?.cp === plain || parsed?.name === plain;
}

/**
 * The build that an atom of this node's user means: in its pool, with the USE flags that the node wishes for where there is
 * such a wish, of those the newest.
 */
export function chooseBuild(
  atom: string,
  { builds, pool, wishes }: { builds: readonly KnownBuild[]; pool: string | null; wishes: readonly WishView[] },
): KnownBuild | undefined {
  const meant = builds.filter((build) => (pool === null || build.pool === pool) && isMeant(atom, build.cpv));
  const wished = meant.filter((build) => wishes.some((wish) => isOf(wish, build)));
  return (wished.length > 0 ? wished : meant).toSorted((a, b) => b.id - a.id)[0];
}

function isOf(wish: WishView, build: KnownBuild): boolean {
  return wish.cpv === build.cpv && wish.useEnabled.toSorted().join(' ') === build.useEnabled.toSorted().join(' ');
}

/** `coordinator.url` → an address of its API: beside `/agent`, which a proxy may have moved below a path of its own. */
export function apiAddress(coordinatorUrl: string, path: string): URL {
  const base = new URL(coordinatorUrl.replace(/^ws/, 'http'));
  const prefix = base.pathname.replace(/\/(?:agent)?\/?$/, '');
  return new URL(`${prefix}${path}`, base);
}
