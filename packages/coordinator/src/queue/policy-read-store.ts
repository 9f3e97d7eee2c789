import type { Database } from '../db/database.ts';
import { policies } from './build-tables.ts';
import type { Policy } from './decide-policy.ts';

/** All policies, oldest first. */
export async function loadPolicies(db: Database): Promise<(Policy & { createdAt: Date })[]> {
  return db.select().from(policies).orderBy(policies.id);
}
