import type { BuildState } from '@binhost/shared/protocol';
import { and, eq, gt, inArray, notExists, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { coordinatorError } from '../coordinator-errors.ts';
import { CHANNELS } from '../db/channels.ts';
import type { Database } from '../db/database.ts';
import { notifyChannel } from '../db/notify-store.ts';
import { enqueueBuild, moveBuild } from './build-store.ts';
import { builds, faces } from './build-tables.ts';
import { lockEdges } from './dependency-store.ts';

/**
 * What a person asks of one build. Each is one transaction and goes through moveBuild; each throws NOT_FOUND where there is no
 * such build and ILLEGAL_TRANSITION where its state does not allow it.
 */
interface Request {
  buildId: number;
  /** Who asked and why, one sentence: `cancelled by the operator`. */
  reason: string;
}

type BuildRow = typeof builds.$inferSelect;

/**
 * Ends a build for good. Its builder is told and kills it with all its processes; what waited for it goes on. The variant is
 * not planned again until someone retries it: see loadCancelledVariants.
 */
export async function cancelBuild(db: Database, { buildId, reason }: Request): Promise<{ from: BuildState }> {
  const { from } = await moveBuild(db, { buildId, event: 'cancel', reason });
  return { from };
}

/**
 * Has a build tried again at once: one that failed, one that waits out a pause, and one that was cancelled, which becomes
 * a new build. Earlier attempts no longer count.
 *
 * @returns the build that will be tried: another number than was asked for where that one was cancelled
 */
export async function retryBuild(db: Database, { buildId, reason }: Request): Promise<{ buildId: number }> {
  return db.transaction(async (tx) => {
    await lockEdges(tx);
    const build = await lockBuild(tx, buildId);
    if (build.state === 'cancelled') return { buildId: await enqueueAgain(tx, build, reason) };
    if (build.state !== 'queued') await moveBuild(tx, { buildId, event: 'retry', reason });
    await tx
      .update(builds)
      .set({ forgivenAttempts: sql`${builds.attemptCount}`, notBefore: sql`now()`, reason })
      .where(eq(builds.id, buildId));
    await notifyChannel(tx, CHANNELS.queued, build.pool);
    await notifyChannel(tx, CHANNELS.changed, String(buildId));
    return { buildId };
  });
}

/** Lets a build that has not begun wait until someone approves it. */
export async function holdBuild(db: Database, { buildId, reason }: Request): Promise<void> {
  await moveBuild(db, { buildId, event: 'hold', reason, heldBy: 'person' });
}

/**
 * Lets a held build be built, or what a quarantined one has built be published as it is: this attempt's packages only. No policy
 * and no check stops it again.
 *
 * @returns its state before and after
 */
export async function approveBuild(
  db: Database,
  { buildId, reason }: Request,
): Promise<{ from: BuildState; to: BuildState }> {
  return db.transaction(async (tx) => {
    await lockEdges(tx);
    const build = await lockBuild(tx, buildId);
    const moved = await moveBuild(tx, { buildId, event: 'approve', reason });
    const approval =
      build.state === 'quarantined' ? { approvedAttempt: build.attemptCount } : { approvedToBuild: true };
    await tx.update(builds).set(approval).where(eq(builds.id, buildId));
    return moved;
  });
}

/**
 * Which of these variants a person has cancelled: their newest build is. The plan leaves them alone until a retry.
 *
 * @returns by variant key, the build and why it was cancelled
 */
export async function loadCancelledVariants(
  db: Database,
  variantKeys: readonly string[],
): Promise<Map<string, { buildId: number; reason: string }>> {
  const found = new Map<string, { buildId: number; reason: string }>();
  const newer = alias(builds, 'newer');
  // a statement takes at most 65,535 parameters
  for (let start = 0; start < variantKeys.length; start += 30_000) {
    const rows = await db
      .select({ buildId: builds.id, variantKey: builds.variantKey, reason: builds.reason })
      .from(builds)
      .where(
        and(
          inArray(builds.variantKey, variantKeys.slice(start, start + 30_000)),
          eq(builds.state, 'cancelled'),
          notExists(
            db
              .select({ id: newer.id })
              .from(newer)
              .where(and(eq(newer.variantKey, builds.variantKey), gt(newer.id, builds.id))),
          ),
        ),
      );
    for (const { variantKey, ...build } of rows) found.set(variantKey, build);
  }
  return found;
}

async function lockBuild(tx: Database, buildId: number): Promise<BuildRow> {
  const [build] = await tx.select().from(builds).where(eq(builds.id, buildId)).for('update');
  if (!build) throw coordinatorError('NOT_FOUND', `expected a build of number ${buildId}, found none`);
  return build;
}

async function enqueueAgain(tx: Database, build: BuildRow, reason: string): Promise<number> {
  const [face] = await tx.select().from(faces).where(eq(faces.digest, build.faceDigest));
  const { variantKey, pool, cpv, slot, subslot, repository, useEnabled, useDisabled, bindings, priority, nodes } =
    build;
  const variant = { variantKey, pool, cpv, slot, subslot, repository, useEnabled, useDisabled, bindings };
  const { ebuildMd5 } = build;
  const again = { ...variant, ebuildMd5, priority, nodes, reason, face: face?.packages ?? [], needs: [] };
  return (await enqueueBuild(tx, again)).buildId;
}
