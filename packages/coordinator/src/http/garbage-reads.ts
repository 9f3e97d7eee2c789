import type { Clock } from '@binhost/shared/time';
import type { Database } from '../db/database.ts';
import { planGarbage } from '../publish/plan-garbage.ts';
import { loadPublishedPackages, loadWishedVariants } from '../status/status-store.ts';
import type { GarbageView } from '../status/view-types.ts';

/** Which published packages could go, pool by pool; nothing is removed. @param keepMs how long a package stays whoever wishes for it */
export async function findGarbage(
  { db, clock }: { db: Database; clock: Clock },
  keepMs: number,
): Promise<GarbageView[]> {
  const [published, wished] = await Promise.all([loadPublishedPackages(db), loadWishedVariants(db)]);
  const pools = [...new Set(published.map(({ pool }) => pool))].sort();
  return pools.flatMap((pool) => {
    const ofPool = published.filter((one) => one.pool === pool);
    const garbage = planGarbage({ published: ofPool, wished, nowMs: clock.nowMs(), keepMs });
    return garbage.map(({ cpv, path, size, why }) => ({ pool, cpv, path, size, why }));
  });
}
