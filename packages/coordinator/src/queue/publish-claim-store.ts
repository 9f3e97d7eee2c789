import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { abortBuild, endAttempt } from './attempt-store.ts';
import type { BoundDependency } from './build-job.ts';
import { moveBuild } from './build-store.ts';
import { attempts, builds } from './build-tables.ts';
import { lockEdges } from './dependency-store.ts';
import type { RetryPolicy } from './retry-policy.ts';

/** A finished build for the publisher; its files lie in staging/ATTEMPT. */
export interface PublishJob {
  buildId: number;
  attemptId: number;
  pool: string;
  cpv: string;
  slot: string;
  subslot: string;
  repository: string;
  useEnabled: string[];
  useDisabled: string[];
  bindings: BoundDependency[];
  variantKey: string;
  /** What the builder wrote down at the hand-over. */
  record: Record<string, unknown>;
  /** Ids of the nodes that waited for it when it was planned. */
  nodes: string[];
  /** A person has let this attempt's packages be published as they are. */
  isApproved: boolean;
}

/**
 * Takes the next build to publish: first one that was left in `publishing`, then the oldest that is `built`. The caller holds
 * the pool's publisher lock, which proves that whoever left it is gone; it finishes one job before it takes the next.
 */
export async function claimBuilt(db: Database, pool: string): Promise<PublishJob | undefined> {
  return db.transaction(async (tx) => {
    const [build] = await tx
      .select()
      .from(builds)
      .where(and(eq(builds.pool, pool), inArray(builds.state, ['publishing', 'built'])))
      .orderBy(desc(sql`${builds.state} = 'publishing'`), builds.stateSince, builds.id)
      .limit(1)
      .for('update', { skipLocked: true });
    if (!build) return undefined;
    const [attempt] = await tx
      .select({ id: attempts.id, record: attempts.record })
      .from(attempts)
      .where(and(eq(attempts.buildId, build.id), eq(attempts.number, build.attemptCount)));
    if (!attempt) return undefined;
    if (build.state === 'built') {
      await moveBuild(tx, { buildId: build.id, event: 'publish-begin', reason: 'being checked, signed and published' });
    }
    const { id: buildId, pool: _, ...facts } = build;
    return {
      buildId,
      attemptId: attempt.id,
      pool,
      cpv: facts.cpv,
      slot: facts.slot,
      subslot: facts.subslot,
      repository: facts.repository,
      useEnabled: facts.useEnabled,
      useDisabled: facts.useDisabled,
      bindings: facts.bindings,
      variantKey: facts.variantKey,
      record: attempt.record ?? {},
      nodes: facts.nodes,
      isApproved: facts.approvedAttempt === facts.attemptCount,
    };
  });
}

/**
 * What was handed over waits for a person: its files stay in staging.
 *
 * @param heldBy `policy`: one that asks before publishing; `check`: something about the packages that a person should see
 */
export async function quarantineBuild(
  db: Database,
  { buildId, reason, heldBy }: { buildId: number; reason: string; heldBy: 'policy' | 'check' },
): Promise<void> {
  await moveBuild(db, { buildId, event: 'quarantine', reason, heldBy });
}

/** The variant stands in the index. Call it in the transaction that records the package. @throws ILLEGAL_TRANSITION */
export async function finishPublishing(
  db: Database,
  { buildId, attemptId, text }: { buildId: number; attemptId: number; text: string },
): Promise<void> {
  await db.transaction(async (tx) => {
    await moveBuild(tx, { buildId, event: 'publish-end', reason: text });
    await endAttempt(tx, attemptId, { outcome: 'built', text });
  });
}

/** What was handed over can't be published: it is built again, unless that has happened too often. */
export async function failPublishing(
  db: Database,
  { buildId, attemptId, text, policy }: { buildId: number; attemptId: number; text: string; policy: RetryPolicy },
): Promise<void> {
  await db.transaction(async (tx) => {
    await lockEdges(tx);
    await endAttempt(tx, attemptId, { outcome: 'machinery', text });
    await abortBuild(tx, { buildId, text, policy });
  });
}
