import { parseCpv } from '@binhost/shared/portage';
import { sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';

/** Seconds that the newest successful attempt of each package took, by category/name. */
export async function loadBuildSeconds(db: Database): Promise<Map<string, number>> {
  const rows = await db.execute<{ cpv: string; seconds: number }>(sql`
    select distinct on (b.cpv) b.cpv, extract(epoch from a.ended_at - a.started_at)::float8 as seconds
    from attempts a join builds b on b.id = a.build_id
    where a.outcome = 'built' and a.ended_at is not null
    order by b.cpv, a.ended_at desc`);
  return new Map(rows.flatMap(({ cpv, seconds }) => [[parseCpv(cpv)?.cp ?? cpv, seconds] as const]));
}
