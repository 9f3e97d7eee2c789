import type { IndexFacts } from '@binhost/shared/protocol';
import { and, eq, inArray, isNull, max, sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { nodes } from '../ingest/report-tables.ts';
import { publishedIndexes, publishedPackages } from './published-tables.ts';

/**
 * Store of the step publish: a mirror of the published directories, for whoever must not read them file by file.
 * Only the publisher that holds the pool's lock writes; everybody may read.
 */
export type PublishedPackage = typeof publishedPackages.$inferSelect;
export type NewPublishedPackage = typeof publishedPackages.$inferInsert;

/** All packages that stand in a pool's index, by cpv and build number. */
export async function loadPublished(db: Database, pool: string): Promise<PublishedPackage[]> {
  return db
    .select()
    .from(publishedPackages)
    .where(and(eq(publishedPackages.pool, pool), isNull(publishedPackages.withdrawnAt)))
    .orderBy(publishedPackages.cpv, publishedPackages.buildId);
}

/** Packages in an index that serve one of these variants; a key without one is just missing. */
export async function publishedByVariant(db: Database, keys: readonly string[]): Promise<PublishedPackage[]> {
  if (keys.length === 0) return [];
  return db
    .select()
    .from(publishedPackages)
    .where(and(inArray(publishedPackages.variantKey, [...new Set(keys)]), isNull(publishedPackages.withdrawnAt)));
}

/** What stands in a pool's index of these versions. */
export async function publishedOfVersions(
  db: Database,
  pool: string,
  cpvs: readonly string[],
): Promise<PublishedPackage[]> {
  if (cpvs.length === 0) return [];
  return db
    .select()
    .from(publishedPackages)
    .where(
      and(
        eq(publishedPackages.pool, pool),
        inArray(publishedPackages.cpv, [...new Set(cpvs)]),
        isNull(publishedPackages.withdrawnAt),
      ),
    );
}

/** The highest build number that a version ever had in a pool, withdrawn packages too; 0: none. */
export async function highestBuildNumber(db: Database, pool: string, cpv: string): Promise<number> {
  const [row] = await db
    .select({ highest: max(publishedPackages.buildId) })
    .from(publishedPackages)
    .where(and(eq(publishedPackages.pool, pool), eq(publishedPackages.cpv, cpv)));
  return row?.highest ?? 0;
}

/** The index that clients of the pool should see; undefined: nothing published yet. */
export async function currentIndex(db: Database, pool: string): Promise<IndexFacts | undefined> {
  const [row] = await db.select(INDEX_FACTS).from(publishedIndexes).where(eq(publishedIndexes.pool, pool));
  return row;
}

/** The same of the pools that these nodes belong to, by node. */
export async function currentIndexes(db: Database, nodeIds: readonly string[]): Promise<Map<string, IndexFacts>> {
  if (nodeIds.length === 0) return new Map();
  const rows = await db
    .select({ nodeId: nodes.id, index: INDEX_FACTS })
    .from(publishedIndexes)
    .innerJoin(nodes, eq(nodes.pool, publishedIndexes.pool))
    .where(inArray(nodes.id, [...nodeIds]));
  return new Map(rows.map(({ nodeId, index }) => [nodeId, index]));
}

const INDEX_FACTS = {
  timestamp: publishedIndexes.timestamp,
  sha256: publishedIndexes.sha256,
  entries: publishedIndexes.entries,
};

/**
 * Mirrors what was written: new packages, and the index that names them. A path or variant that stands there already is left
 * as it is.
 */
export async function recordPublished(
  db: Database,
  pool: string,
  { packages, index }: { packages: readonly NewPublishedPackage[]; index: IndexFacts },
): Promise<void> {
  await db.transaction(async (tx) => {
    for (let start = 0; start < packages.length; start += ROWS_PER_INSERT) {
      await tx
        .insert(publishedPackages)
        .values(packages.slice(start, start + ROWS_PER_INSERT))
        .onConflictDoNothing();
    }
    const facts = { timestamp: index.timestamp, sha256: index.sha256, entries: index.entries };
    await tx
      .insert(publishedIndexes)
      .values({ pool, ...facts })
      .onConflictDoUpdate({ target: publishedIndexes.pool, set: { ...facts, writtenAt: sql`now()` } });
  });
}

/** A statement takes 65,535 parameters. */
const ROWS_PER_INSERT = 1000;

/** These packages no longer stand in the index. */
export async function withdrawPublished(db: Database, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await db
    .update(publishedPackages)
    .set({ withdrawnAt: sql`now()` })
    .where(inArray(publishedPackages.id, [...ids]));
}

/** A published package is found under another variant key from now on; nothing happens where the two are one. */
export async function renameVariant(db: Database, from: string, to: string): Promise<void> {
  if (from === to) return;
  await db
    .update(publishedPackages)
    .set({ variantKey: to })
    .where(and(eq(publishedPackages.variantKey, from), isNull(publishedPackages.withdrawnAt)));
}
