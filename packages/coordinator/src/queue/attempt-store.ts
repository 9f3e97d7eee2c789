import { and, desc, eq, isNotNull, sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { moveBuild } from './build-store.ts';
import { type AttemptOutcome, attempts } from './build-tables.ts';
import { type RetryPolicy, retryAfterAbort } from './retry-policy.ts';

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
  const inARow = await countAbortsInARow(tx, buildId);
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

const ABORTED: readonly (AttemptOutcome | null)[] = ['machinery', 'lease-lost'];

async function countAbortsInARow(tx: Database, buildId: number): Promise<number> {
  const ended = await tx
    .select({ outcome: attempts.outcome })
    .from(attempts)
    .where(and(eq(attempts.buildId, buildId), isNotNull(attempts.endedAt)))
    .orderBy(desc(attempts.number))
    .limit(100);
  const firstOther = ended.findIndex(({ outcome }) => !ABORTED.includes(outcome));
  return firstOther === -1 ? ended.length : firstOther;
}
