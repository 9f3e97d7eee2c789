import type { Database } from '../db/database.ts';
import type { PublishedVariant } from './published-variant.ts';
import { findServing, type WishedVariant } from './serves-wish.ts';

/** What stands in a pool's index of these versions; the step publish keeps it. */
export type PublishedOfVersions = (db: Database, pool: string, cpvs: readonly string[]) => Promise<PublishedVariant[]>;

/** @returns by variant key the published package that serves it; a variant without one is just missing */
export async function loadServing(
  db: Database,
  publishedOfVersions: PublishedOfVersions,
  wished: readonly WishedVariant[],
): Promise<Map<string, PublishedVariant>> {
  const versions = new Map<string, Set<string>>();
  for (const { pool, cpv } of wished) versions.set(pool, (versions.get(pool) ?? new Set()).add(cpv));
  const byVersion = new Map<string, PublishedVariant[]>();
  for (const [pool, cpvs] of versions) {
    for (const each of await publishedOfVersions(db, pool, [...cpvs])) {
      const key = `${pool} ${each.cpv}`;
      byVersion.set(key, [...(byVersion.get(key) ?? []), each]);
    }
  }
  const serving = new Map<string, PublishedVariant>();
  for (const one of wished) {
    const found = findServing(one, byVersion.get(`${one.pool} ${one.cpv}`) ?? []);
    if (found) serving.set(one.variantKey, found);
  }
  return serving;
}
