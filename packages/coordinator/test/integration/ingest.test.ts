import { makeHello, makeInstalledPackage, makeReport } from '@binhost/testkit';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { ingestHello } from '../../src/ingest/ingest-hello.ts';
import { ingestInventory } from '../../src/ingest/ingest-inventory.ts';
import { ingestReport } from '../../src/ingest/ingest-report.ts';
import { markAllDisconnected, markConnected, markDisconnected } from '../../src/ingest/mark-connection.ts';
import { inventories, nodes, reports } from '../../src/ingest/report-tables.ts';
import { makeTestDatabase, type TestDatabase } from './test-database.ts';

const NOW_MS = 1_767_225_600_000;
const OTHER_EPOCH = '11111111-52a1-4f0b-9a52-0d5b8f4d3c11';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await makeTestDatabase();
  db = database.open.db;
});
afterAll(() => database.drop());

const hello = (nodeName: string, overrides: Parameters<typeof makeHello>[0] = {}) =>
  ingestHello(db, makeHello({ nodeName, ...overrides }), NOW_MS);
const reportsOf = (nodeId: string) => db.select().from(reports).where(eq(reports.nodeId, nodeId)).orderBy(reports.id);
const nodeOf = async (id: string) => (await db.select().from(nodes).where(eq(nodes.id, id)))[0];

describe('hello', () => {
  test('makes the node at its first hello and finds it again at the next', async () => {
    const first = await hello('first', { sentAtMs: NOW_MS + 5000 });
    expect(first).toMatchObject({ lastReport: 0, inventoryWanted: true });
    expect(first.node).toMatchObject({ name: 'first', pool: 'default', clockSkewMs: 5000 });
    expect(first.node.connectedAt?.getTime()).toBe(NOW_MS);
    const again = await hello('first', { agentVersion: '0.2.0', epoch: OTHER_EPOCH });
    expect(again.node).toMatchObject({ id: first.node.id, agentVersion: '0.2.0', epoch: OTHER_EPOCH });
  });

  test('names the newest report of the epoch that the agent speaks of', async () => {
    const { node } = await hello('counted');
    for (const number of [1, 2]) await ingestReport(db, node.id, makeReport({ number }));
    expect((await hello('counted')).lastReport).toBe(2);
    expect((await hello('counted', { epoch: OTHER_EPOCH })).lastReport).toBe(0);
  });

  test('wants the inventory until it has the one that the node has now', async () => {
    const { node } = await hello('stocked');
    const digest = 'a'.repeat(64);
    await ingestInventory(db, node.id, { type: 'inventory', digest, packages: [makeInstalledPackage()] });
    expect((await hello('stocked', { inventoryDigest: digest })).inventoryWanted).toBe(false);
    expect((await hello('stocked', { inventoryDigest: 'b'.repeat(64) })).inventoryWanted).toBe(true);
    expect((await hello('stocked', { inventoryDigest: null })).inventoryWanted).toBe(false);
  });

  test('of two connections at once makes one node', async () => {
    const both = await Promise.all([hello('twin'), hello('twin')]);
    expect(both[0]?.node.id).toBe(both[1]?.node.id);
  });
});

describe('a report', () => {
  test('is stored once, however often it is sent', async () => {
    const { node } = await hello('repeating');
    const report = makeReport({ number: 4 });
    const sent = await Promise.all([1, 2, 3].map(() => ingestReport(db, node.id, report)));
    expect(sent.filter((each) => each.isNew)).toHaveLength(1);
    expect(new Set(sent.map((each) => each.reportId)).size).toBe(1);
    expect((await reportsOf(node.id)).map((each) => each.body)).toEqual([report]);
  });

  test('with the number of another epoch is another report', async () => {
    const { node } = await hello('reborn');
    await ingestReport(db, node.id, makeReport());
    expect(await ingestReport(db, node.id, makeReport({ epoch: OTHER_EPOCH }))).toMatchObject({ isNew: true });
  });

  test('brings what the node says of itself', async () => {
    const { node } = await hello('talkative');
    const report = makeReport();
    report.facts.binaryOnly = true;
    await ingestReport(db, node.id, report);
    expect(await nodeOf(node.id)).toMatchObject({ binaryOnly: true, facts: report.facts });
  });

  test('pushes out the oldest ones, but never the newest complete one', async () => {
    const { node } = await hello('long-running');
    await ingestReport(db, node.id, makeReport({ number: 1, outcome: 'failed' }), 3);
    await ingestReport(db, node.id, makeReport({ number: 2, outcome: 'complete' }), 3);
    for (const number of [3, 4, 5, 6]) {
      await ingestReport(db, node.id, makeReport({ number, outcome: 'incomplete' }), 3);
    }
    expect((await reportsOf(node.id)).map((each) => each.number)).toEqual([2, 4, 5, 6]);
  });
});

test('an inventory replaces the one before', async () => {
  const { node } = await hello('updated');
  for (const [digest, cpv] of [['c', 'dev-libs/a-1'] as const, ['d', 'dev-libs/a-2'] as const]) {
    const packages = [makeInstalledPackage({ cpv })];
    await ingestInventory(db, node.id, { type: 'inventory', digest: digest.repeat(64), packages });
  }
  const rows = await db.select().from(inventories).where(eq(inventories.nodeId, node.id));
  expect(rows).toMatchObject([{ digest: 'd'.repeat(64), packages: [{ cpv: 'dev-libs/a-2' }] }]);
});

test('a node is connected from its hello to its last connection, and no longer than its coordinator lives', async () => {
  const { node } = await hello('coming-and-going');
  await markDisconnected(db, node.id);
  expect((await nodeOf(node.id))?.connectedAt).toBeNull();
  await markConnected(db, node.id, NOW_MS);
  expect((await nodeOf(node.id))?.connectedAt?.getTime()).toBe(NOW_MS);
  await markAllDisconnected(db);
  expect((await nodeOf(node.id))?.connectedAt).toBeNull();
});
