import { compareVersions, parseCpv } from '@binhost/shared/portage';

/**
 * Which published packages could go. Pure: rows and wishes in, a list with reasons out; nothing is removed here.
 */
export interface GarbageCandidate {
  id: number;
  cpv: string;
  slot: string;
  path: string;
  /** Bytes. */
  size: number;
  variantKey: string;
  buildTime: number;
  publishedAt: Date;
}

export interface GarbageQuestion {
  /** All that stands in one pool's index. */
  published: readonly GarbageCandidate[];
  /** Variants that a node or the operator wishes for, in whatever state: `ready` ones too, since a node may install again. */
  wished: ReadonlySet<string>;
  nowMs: number;
  /** Milliseconds that a package stays after it was published, wished for or not: a node that sleeps may come back. */
  keepMs: number;
}

export interface Garbage {
  id: number;
  cpv: string;
  path: string;
  size: number;
  /** One sentence for a person. */
  why: string;
}

/**
 * A package may go when nobody wishes for its variant and it is older than `keepMs`. The newest instance of the newest version
 * in each slot stays whoever wishes for it: a machine that is set up tomorrow will want it.
 *
 * @returns by path
 */
export function planGarbage({ published, wished, nowMs, keepMs }: GarbageQuestion): Garbage[] {
  const newest = new Map<string, GarbageCandidate>();
  for (const one of published) {
    const key = slotKey(one);
    const known = newest.get(key);
    if (!known || isNewer(one, known)) newest.set(key, one);
  }
  return published
    .filter((one) => !wished.has(one.variantKey) && nowMs - one.publishedAt.getTime() >= keepMs)
    .flatMap((one) => {
      const better = newest.get(slotKey(one));
      if (!better || better.id === one.id) return [];
      const { id, cpv, path, size } = one;
      const why =
        better.cpv === cpv
          ? `no node wishes for it, and ${better.path} is a newer build of the same version`
          : `no node wishes for it, and ${better.cpv} is newer in its slot`;
      return [{ id, cpv, path, size, why }];
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function slotKey({ cpv, slot }: GarbageCandidate): string {
  return `${parseCpv(cpv)?.cp ?? cpv}:${slot}`;
}

function isNewer(one: GarbageCandidate, other: GarbageCandidate): boolean {
  const [version, otherVersion] = [parseCpv(one.cpv)?.version ?? '', parseCpv(other.cpv)?.version ?? ''];
  const order = compareVersions(version, otherVersion);
  return order === 0 ? one.buildTime > other.buildTime : order > 0;
}
