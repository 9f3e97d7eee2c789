import { PORTAGE_GRAMMAR } from '@binhost/shared/portage';
import { eq, inArray } from 'drizzle-orm';
import { coordinatorError } from '../coordinator-errors.ts';
import type { Database } from '../db/database.ts';
import { moveBuild } from './build-store.ts';
import { builds, policies } from './build-tables.ts';
import { decidePolicy, type Policy } from './decide-policy.ts';
import { lockEdges } from './dependency-store.ts';
import { loadPolicies } from './policy-read-store.ts';

export { loadPolicies } from './policy-read-store.ts';

export type NewPolicy = Omit<Policy, 'id'>;

/**
 * Sets a policy; one of the same kind, scope and stage is replaced. Builds that wait are judged anew in the same transaction.
 *
 * @returns its number
 * @throws WRONG_USE where the scope is no name that Portage allows
 */
export async function setPolicy(db: Database, policy: NewPolicy): Promise<{ policyId: number }> {
  if (!isScope(policy)) throw wrongScope(policy);
  return db.transaction(async (tx) => {
    await lockEdges(tx);
    const { verdict, reason } = policy;
    const [row] = await tx
      .insert(policies)
      .values(policy)
      .onConflictDoUpdate({ target: [policies.kind, policies.scope, policies.stage], set: { verdict, reason } })
      .returning({ id: policies.id });
    await judgeWaitingBuilds(tx);
    return { policyId: row?.id ?? 0 };
  });
}

/** Lifts a policy; builds that only it held go on. @throws NOT_FOUND */
export async function removePolicy(db: Database, policyId: number): Promise<void> {
  await db.transaction(async (tx) => {
    await lockEdges(tx);
    const gone = await tx.delete(policies).where(eq(policies.id, policyId)).returning({ id: policies.id });
    if (gone.length === 0) throw coordinatorError('NOT_FOUND', `expected a policy of number ${policyId}, found none`);
    await judgeWaitingBuilds(tx);
  });
}

/**
 * Holds what a policy holds now and lets go what none holds any more. What a person held, or approved, stays as it is, and
 * so does what has begun.
 */
async function judgeWaitingBuilds(tx: Database): Promise<void> {
  const known = await loadPolicies(tx);
  const waiting = await tx
    .select()
    .from(builds)
    .where(inArray(builds.state, ['blocked', 'queued', 'held', 'quarantined']))
    .orderBy(builds.id)
    .for('update');
  for (const { id: buildId, state, heldBy, approvedToBuild, ...facts } of waiting) {
    const isStopped = state === 'held' || state === 'quarantined';
    if ((isStopped && heldBy !== 'policy') || (!isStopped && approvedToBuild)) continue;
    const stage = state === 'quarantined' ? 'publish' : 'build';
    const { verdict, reason } = decidePolicy(known, { ...facts, stage });
    if (!isStopped && verdict !== 'auto') await moveBuild(tx, { buildId, event: 'hold', reason, heldBy: 'policy' });
    if (isStopped && verdict === 'auto') {
      await moveBuild(tx, { buildId, event: 'approve', reason: 'no policy holds it any more' });
    }
    if (isStopped && verdict !== 'auto') await tx.update(builds).set({ reason }).where(eq(builds.id, buildId));
  }
}

function isScope({ kind, scope }: NewPolicy): boolean {
  const [category = '', name = '', ...rest] = scope.split('/');
  switch (kind) {
    case 'package':
      return rest.length === 0 && PORTAGE_GRAMMAR.category.test(category) && /^(?:\*|[\w+][\w+-]*)$/.test(name);
    case 'repository':
      return PORTAGE_GRAMMAR.repository.test(scope);
    case 'pool':
    case 'node':
      return /^[\w.-]{1,100}$/.test(scope);
  }
}

function wrongScope({ kind, scope }: NewPolicy): Error {
  return coordinatorError('WRONG_USE', `expected the name of a ${kind} as the policy's scope, got '${scope}'`, {
    hint: 'A package is category/name or category/*, without a version; a node is given by its id.',
  });
}
