import { and, desc, eq, gt, isNotNull, sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { moveBuild } from './build-store.ts';
import { type AttemptOutcome, attempts, builds } from './build-tables.ts';
import { type FetchPolicy, type RetryPolicy, retryAfterAbort, retryAfterFetch } from './retry-policy.ts';

/** What an attempt was made with, for people who ask why. */
export type AttemptRecord = Record<string, unknown>;

/** Closes an attempt; its own columns only. */
export async function endAttempt(
  tx: Database,
  attemptId: number,
  end: { outcome: AttemptOutcome; text: string; phase?: string | undefined; record?: AttemptRecord },
): Promise<void> {
  await tx
    .update(attempts)
    .set({
      endedAt: sql`now()`,
      outcome: end.outcome,
      outcomeText: end.text,
      phase: end.phase ?? null,
      ...(end.record && { record: end.record }),
    })
    .where(eq(attempts.id, attemptId));
}

/** Moves a build whose attempt has ended through `aborted` to where the retry policy sends it. */
export async function abortBuild(
  tx: Database,
  { buildId, text, policy }: { buildId: number; text: string; policy: RetryPolicy },
): Promise<void> {
  const inARow = await countInARow(tx, buildId, ['machinery', 'lease-lost']);
  const decision = retryAfterAbort(inARow, policy);
  if (!decision.again) {
    const reason = `gave up after ${inARow} attempts: ${text}`;
    await moveBuild(tx, { buildId, event: 'fail', reason, failureKind: 'machinery' });
    return;
  }
  await moveBuild(tx, { buildId, event: 'abort', reason: text });
  const { pauseMs } = decision;
  await moveBuild(tx, { buildId, event: 'requeue', reason: `tried again after: ${text}`, pauseMs });
}

/**
 * Moves a build whose sources could not be fetched to where the retry policy sends it: the network or a mirror may be back
 * later. After too many in a row it fails with kind fetch, until someone asks.
 */
export async function failFetch(
  tx: Database,
  { buildId, text, policy }: { buildId: number; text: string; policy: FetchPolicy },
): Promise<void> {
  const inARow = await countInARow(tx, buildId, ['fetch']);
  const decision = retryAfterFetch(inARow, policy);
  if (!decision.again) {
    const times = inARow === 1 ? '' : ` (tried ${inARow} times)`;
    await moveBuild(tx, { buildId, event: 'fail', reason: `${text}${times}`, failureKind: 'fetch' });
    return;
  }
  await moveBuild(tx, { buildId, event: 'abort', reason: text });
  const reason = `fetched again later (try ${inARow + 1} of ${policy.maxFetches}): ${text}`;
  await moveBuild(tx, { buildId, event: 'requeue', reason, pauseMs: decision.pauseMs });
}

/** Attempts that ended in one of these ways, back to the last that did not or that a person forgave. */
async function countInARow(tx: Database, buildId: number, outcomes: readonly AttemptOutcome[]): Promise<number> {
  const ended = await tx
    .select({ outcome: attempts.outcome })
    .from(attempts)
    .innerJoin(builds, eq(builds.id, attempts.buildId))
    .where(
      and(eq(attempts.buildId, buildId), isNotNull(attempts.endedAt), gt(attempts.number, builds.forgivenAttempts)),
    )
    .orderBy(desc(attempts.number))
    .limit(100);
  const firstOther = ended.findIndex(({ outcome }) => outcome === null || !outcomes.includes(outcome));
  return firstOther === -1 ? ended.length : firstOther;
}
