import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { LEASED_BUILD_STATES } from './build-state.ts';
import { attempts, builds } from './build-tables.ts';
import type { LeaseRow } from './stale-leases.ts';

/** Every lease that is held now, with its renewal counter. */
export async function loadLeases(db: Database): Promise<LeaseRow[]> {
  return db
    .select({ attemptId: attempts.id, buildId: attempts.buildId, renewals: attempts.leaseRenewals })
    .from(attempts)
    .innerJoin(builds, eq(builds.id, attempts.buildId))
    .where(
      and(
        inArray(builds.state, [...LEASED_BUILD_STATES]),
        eq(attempts.number, builds.attemptCount),
        isNull(attempts.endedAt),
      ),
    );
}
