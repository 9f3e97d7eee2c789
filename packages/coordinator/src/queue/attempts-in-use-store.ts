import type { BuildState } from '@binhost/shared/protocol';
import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { attempts, builds } from './build-tables.ts';

/** States in which the files of a build's newest attempt are awaited, or about to be. */
const AWAITED: BuildState[] = ['leased', 'building', 'built', 'quarantined', 'publishing'];

/** Which of these attempts may still be handed over or published. */
export async function attemptsInUse(db: Database, attemptIds: readonly number[]): Promise<number[]> {
  if (attemptIds.length === 0) return [];
  const rows = await db
    .select({ id: attempts.id })
    .from(attempts)
    .innerJoin(builds, and(eq(builds.id, attempts.buildId), eq(builds.attemptCount, attempts.number)))
    .where(and(inArray(attempts.id, [...attemptIds]), isNull(attempts.endedAt), inArray(builds.state, AWAITED)));
  return rows.map(({ id }) => id);
}
