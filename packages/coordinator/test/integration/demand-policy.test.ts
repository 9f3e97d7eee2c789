import { makeMergeEntry } from '@binhost/testkit';
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { loadLiveBuilds } from '../../src/queue/build-store.ts';
import { type NewPolicy, removePolicy, setPolicy } from '../../src/queue/policy-store.ts';
import { type Fleet, makeFleet } from './make-fleet.ts';

const app = makeMergeEntry({ cpv: 'app-misc/app-1.0' });
const report = { entries: [app] };

let fleet: Fleet;
beforeAll(async () => {
  fleet = await makeFleet({ 'app-misc/app-1.0': [] });
});
afterEach(async () => {
  await fleet.reset();
  await fleet.db.execute(sql`truncate policies`);
});
afterAll(() => fleet.drop());

function deny(policy: Partial<NewPolicy> = {}): Promise<{ policyId: number }> {
  const plain = { kind: 'package', scope: 'app-misc/app', verdict: 'deny', stage: 'build', reason: '' } as const;
  return setPolicy(fleet.db, { ...plain, ...policy });
}

describe('what a policy denies', () => {
  test('is an unbuildable wish with the reason, and no build', async () => {
    const { policyId } = await deny({ reason: 'no room' });
    await fleet.look('node1', report);
    expect(await fleet.wish('node1', app.cpv)).toMatchObject({
      state: 'unbuildable',
      reasonCode: 'denied',
      reason: `denied before building by policy ${policyId} (package app-misc/app): no room`,
    });
    expect(await fleet.planner.pass()).toMatchObject({ enqueued: 0 });
  });

  test('is not built for nothing where it may not be published', async () => {
    await deny({ stage: 'publish' });
    await fleet.look('node1', report);
    expect(await fleet.states('node1')).toEqual({ [app.cpv]: 'unbuildable' });
  });

  test('loses the build that waits for it, and has one again without the policy', async () => {
    await fleet.look('node1', report);
    await fleet.planner.pass();
    const { policyId } = await deny();
    await fleet.refresh('node1');
    expect(await fleet.planner.pass()).toMatchObject({ enqueued: 0, superseded: 1 });
    expect(await loadLiveBuilds(fleet.db)).toEqual([]);
    await removePolicy(fleet.db, policyId);
    await fleet.refresh('node1');
    expect(await fleet.wish('node1', app.cpv)).toMatchObject({ state: 'waiting', reasonCode: null, reason: null });
    expect(await fleet.planner.pass()).toMatchObject({ enqueued: 1 });
  });

  test('of one node is still built for another, and then serves both', async () => {
    await deny({ kind: 'node', scope: await fleet.node('node1') });
    await fleet.look('node1', report);
    await fleet.look('node2', report);
    expect([await fleet.states('node1'), await fleet.states('node2')]).toEqual([
      { [app.cpv]: 'unbuildable' },
      { [app.cpv]: 'waiting' },
    ]);
    await fleet.buildAll();
    expect(await fleet.states('node1')).toEqual({ [app.cpv]: 'published' });
  });
});
