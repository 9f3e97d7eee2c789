import { sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';

/**
 * Builds planned since then, by the node that they were planned for: the first of their nodes. What was given up before anyone
 * began it cost nothing, and is not counted.
 */
export async function countPlanned(db: Database, sinceMs: number): Promise<Map<string, number>> {
  const rows = await db.execute<{ node: string; planned: number }>(sql`
    select nodes[1] as node, count(*)::int as planned from builds
    where created_at > to_timestamp(${sinceMs / 1000}::float8) and nodes[1] is not null
      and not (state = 'superseded' and attempt_count = 0)
    group by nodes[1]`);
  return new Map(rows.map(({ node, planned }) => [node, planned]));
}
