import { sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { operatorWishes } from './demand-tables.ts';

/** A wish of the operator's own, as it is kept. */
export type OperatorWish = typeof operatorWishes.$inferSelect;

/** Asks for it, or asks again. */
export async function storeOperatorWish(db: Database, wish: Omit<OperatorWish, 'askedAt'>): Promise<void> {
  const askedAt = sql`clock_timestamp()`;
  await db
    .insert(operatorWishes)
    .values({ ...wish, askedAt })
    .onConflictDoUpdate({ target: operatorWishes.variantKey, set: { ...wish, askedAt } });
}

/**
 * Wishes of the operator that are still open: not published, and the newest build of the variant has not been published or
 * cancelled since. One that failed does not end the wish.
 */
export async function loadOperatorWishes(db: Database): Promise<OperatorWish[]> {
  const key = operatorWishes.variantKey;
  return db
    .select()
    .from(operatorWishes)
    .where(sql`
      not exists (select 1 from published_packages p where p.variant_key = ${key} and p.withdrawn_at is null)
      and not exists (
        select 1 from builds b
        where b.id = (select max(id) from builds where variant_key = ${key})
          and b.state in ('published', 'cancelled') and b.state_since > ${operatorWishes.askedAt})`)
    .orderBy(operatorWishes.askedAt, key);
}
