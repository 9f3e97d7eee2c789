import { sql } from 'drizzle-orm';
import { bigint, boolean, index, integer, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';

/** Tables of the step publish: a mirror of the published directories. The index and the gpkg files are the truth. */

export const publishedPackages = pgTable(
  'published_packages',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    pool: text().notNull(),
    cpv: text().notNull(),
    repository: text().notNull(),
    slot: text().notNull(),
    subslot: text().notNull(),
    useEnabled: text('use_enabled').array().notNull(),
    /** `dev-libs/libfoo:0/2`, sorted: what the binary is bound to. */
    bindings: text().array().notNull(),
    variantKey: text('variant_key').notNull(),
    /** BUILD_ID as the file name and index carry it. */
    buildId: integer('build_id').notNull(),
    /** BUILD_TIME, seconds since the epoch. */
    buildTime: bigint('build_time', { mode: 'number' }).notNull(),
    /** Below the pool's directory. */
    path: text().notNull(),
    size: bigint({ mode: 'number' }).notNull(),
    sha512: text().notNull(),
    /** The attempt that made it; null: imported or recovered. */
    attemptId: bigint('attempt_id', { mode: 'number' }),
    /** Compiled on the way to something else. */
    byProduct: boolean('by_product').notNull().default(false),
    /** TIMESTAMP of the first index that named it. */
    indexTimestamp: bigint('index_timestamp', { mode: 'number' }).notNull(),
    publishedAt: timestamp('published_at', { withTimezone: true }).notNull().defaultNow(),
    withdrawnAt: timestamp('withdrawn_at', { withTimezone: true }),
  },
  (table) => [
    uniqueIndex('published_path_once').on(table.pool, table.path).where(sql`withdrawn_at is null`),
    uniqueIndex('published_variant_once').on(table.variantKey).where(sql`withdrawn_at is null`),
    index('published_by_cpv').on(table.pool, table.cpv),
  ],
);

/** The index that stands in a pool's directory now. */
export const publishedIndexes = pgTable('published_indexes', {
  pool: text().primaryKey(),
  timestamp: bigint({ mode: 'number' }).notNull(),
  sha256: text().notNull(),
  entries: integer().notNull(),
  writtenAt: timestamp('written_at', { withTimezone: true }).notNull().defaultNow(),
});
