import type { Database } from '../db/database.ts';
import { policies } from './build-tables.ts';
import { decidePolicy, POLICY_STAGES, type Policy, type PolicySubject } from './decide-policy.ts';

/** All policies, oldest first. */
export async function loadPolicies(db: Database): Promise<(Policy & { createdAt: Date })[]> {
  return db.select().from(policies).orderBy(policies.id);
}

/** What would be built for one node. */
export type DeniedSubject = Pick<PolicySubject, 'cpv' | 'repository' | 'pool'> & { nodeId: string };

/**
 * The policies as they stand now, asked for what they deny a node. What may never be published is not built either.
 *
 * @returns a function: why the package is denied, one sentence; undefined where it is not
 */
export async function loadDenials(db: Database): Promise<(subject: DeniedSubject) => string | undefined> {
  const known = await loadPolicies(db);
  return ({ nodeId, ...subject }) =>
    POLICY_STAGES.map((stage) => decidePolicy(known, { ...subject, nodes: [nodeId], stage })).find(
      ({ verdict }) => verdict === 'deny',
    )?.reason;
}
