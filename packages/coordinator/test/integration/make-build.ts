import { randomUUID } from 'node:crypto';
import type { Database } from '../../src/db/database.ts';
import { enqueueBuild, type NewBuild } from '../../src/queue/build-store.ts';
import { claimBuild, handOver, type Lease, registerBuilder, startAttempt } from '../../src/queue/lease-store.ts';

let made = 0;

/** A build of a package of its own; a test overrides what it is about. */
export function makeNewBuild(overrides: Partial<NewBuild> = {}): NewBuild {
  made += 1;
  return {
    variantKey: randomUUID().replaceAll('-', ''),
    pool: 'default',
    cpv: `dev-libs/lib${made}-1.0`,
    slot: '0',
    subslot: '0',
    repository: 'gentoo',
    useEnabled: [],
    useDisabled: [],
    bindings: [],
    face: [],
    needs: [],
    priority: 0,
    reason: 'wanted by node1',
    ...overrides,
  };
}

export async function makeBuild(db: Database, overrides: Partial<NewBuild> = {}): Promise<number> {
  return (await enqueueBuild(db, makeNewBuild(overrides))).buildId;
}

export async function makeBuilder(db: Database): Promise<string> {
  const builderId = randomUUID();
  await registerBuilder(db, { builderId, name: 'builder', mode: 'host', pools: [], version: '0.1.0' });
  return builderId;
}

/** A pool that no other test claims from, with one build that a builder has leased. */
export async function makeLeasedBuild(
  db: Database,
  overrides: Partial<NewBuild> = {},
): Promise<Lease & { pool: string }> {
  const pool = overrides.pool ?? `pool-${randomUUID()}`;
  await makeBuild(db, { ...overrides, pool });
  const job = await claimBuild(db, { builderId: await makeBuilder(db), pools: [pool] });
  if (!job) throw new Error('expected a job');
  return { attemptId: job.attemptId, buildId: job.buildId, leaseToken: job.leaseToken, pool };
}

export async function makeBuiltBuild(
  db: Database,
  overrides: Partial<NewBuild> = {},
): Promise<Lease & { pool: string }> {
  const lease = await makeLeasedBuild(db, overrides);
  await startAttempt(db, lease);
  await handOver(db, lease, { record: { argv: ['emerge'] } });
  return lease;
}
