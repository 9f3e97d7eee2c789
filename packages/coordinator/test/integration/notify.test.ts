import { randomUUID } from 'node:crypto';
import type { PackagesPublished } from '@binhost/shared/protocol';
import { captureLog, waitFor } from '@binhost/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import {
  appendEvent,
  type EventPayload,
  eventsAfter,
  markSeen,
  newestEvents,
  pruneEvents,
  raiseCursor,
} from '../../src/notify/event-store.ts';
import { notifyAgents } from '../../src/notify/notify-agents.ts';
import { makeTestDatabase, type TestDatabase } from './test-database.ts';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await makeTestDatabase();
  db = database.open.db;
});
afterAll(() => database.drop());

const payload = (stillBuilding: number): EventPayload => ({
  type: 'packages-published',
  index: { timestamp: 1, sha256: '0'.repeat(64), entries: 1 },
  packages: [],
  stillBuilding,
});
const numbersOf = (events: PackagesPublished[]): number[] => events.map((event) => event.event);

/** Something that another transaction waits for. */
function makeGate(): { open: () => void; opened: Promise<void> } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe('the event log', () => {
  test('numbers the events of each node from 1 without a gap', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    for (const nodeId of [one, other, one]) await appendEvent(db, nodeId, payload(0));
    expect(numbersOf(await eventsAfter(db, one, 0))).toEqual([1, 2]);
    expect(numbersOf(await eventsAfter(db, other, 0))).toEqual([1]);
    expect(await newestEvents(db, [one, other, randomUUID()])).toEqual(
      new Map([
        [one, 2],
        [other, 1],
      ]),
    );
  });

  test('never shows a number before all below it, although transactions overlap', async () => {
    const nodeId = randomUUID();
    const gate = makeGate();
    const slow = db.transaction(async (tx) => {
      await appendEvent(tx, nodeId, payload(1));
      await gate.opened;
    });
    await waitFor(async () => (await locksHeld(db)) > 0, { what: 'the first transaction to hold its cursor' });
    const fast = db.transaction((tx) => appendEvent(tx, nodeId, payload(2)));
    await waitFor(async () => (await locksWaited(db)) > 0, { what: 'the second transaction to wait' });
    expect(await eventsAfter(db, nodeId, 0)).toEqual([]);
    gate.open();
    await slow;
    expect(await fast).toBe(2);
    expect((await eventsAfter(db, nodeId, 0)).map((event) => event.stillBuilding)).toEqual([1, 2]);
  });

  test('uses the number again when the transaction is rolled back', async () => {
    const nodeId = randomUUID();
    const failed = db.transaction(async (tx) => {
      await appendEvent(tx, nodeId, payload(1));
      throw new Error('rolled back');
    });
    await expect(failed).rejects.toThrow('rolled back');
    expect(await appendEvent(db, nodeId, payload(2))).toBe(1);
  });

  test('gives every number once to many writers at a time', async () => {
    const nodeId = randomUUID();
    const numbers = await Promise.all(Array.from({ length: 20 }, () => appendEvent(db, nodeId, payload(0))));
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  test('goes on behind what the agent knows of a database that is no more', async () => {
    const nodeId = randomUUID();
    await raiseCursor(db, nodeId, 57);
    expect(await appendEvent(db, nodeId, payload(0))).toBe(58);
    await raiseCursor(db, nodeId, 3);
    expect(await appendEvent(db, nodeId, payload(0))).toBe(59);
  });

  test('drops what was seen, but for the newest of it', async () => {
    const nodeId = randomUUID();
    for (let i = 0; i < 6; i++) await appendEvent(db, nodeId, payload(0));
    expect(await pruneEvents(db, nodeId, 2)).toBe(0);
    await markSeen(db, nodeId, 5);
    await markSeen(db, nodeId, 4);
    expect(await pruneEvents(db, nodeId, 2)).toBe(3);
    expect(numbersOf(await eventsAfter(db, nodeId, 0))).toEqual([4, 5, 6]);
  });

  test('does not take an agent at its word that it saw what was never written', async () => {
    const nodeId = randomUUID();
    await appendEvent(db, nodeId, payload(0));
    await markSeen(db, nodeId, 99);
    for (let i = 0; i < 3; i++) await appendEvent(db, nodeId, payload(0));
    await pruneEvents(db, nodeId, 0);
    expect(numbersOf(await eventsAfter(db, nodeId, 0))).toEqual([2, 3, 4]);
  });
});

describe('connected agents', () => {
  test('get each event once and in order, and those that are away none', async () => {
    const [near, away] = [randomUUID(), randomUUID()];
    const sent: number[] = [];
    const connection = { nodeId: near, sentEvent: 0 };
    const notify = () =>
      notifyAgents({
        db,
        log: captureLog().log,
        online: () => [connection],
        send: (_nodeId, event) => {
          sent.push(event.event);
          connection.sentEvent = event.event;
        },
      });
    for (const nodeId of [near, away, near]) await appendEvent(db, nodeId, payload(0));
    expect(await notify()).toBe(2);
    expect(await notify()).toBe(0);
    await appendEvent(db, near, payload(0));
    expect(await notify()).toBe(1);
    expect(sent).toEqual([1, 2, 3]);
  });
});

async function locksHeld(on: Database): Promise<number> {
  const rows = await on.execute<{ n: number }>(
    "select count(*)::int as n from pg_locks l join pg_class c on c.oid = l.relation where c.relname = 'cursors' and l.mode = 'RowExclusiveLock' and l.granted and l.database = (select oid from pg_database where datname = current_database())",
  );
  return rows[0]?.n ?? 0;
}

async function locksWaited(on: Database): Promise<number> {
  const rows = await on.execute<{ n: number }>(
    'select count(*)::int as n from pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.datname = current_database()',
  );
  return rows[0]?.n ?? 0;
}
