import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { makeHello, makeInstalledPackage, makeMergeEntry, makeReport, waitFor } from '@binhost/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHANNELS } from '../../src/db/channels.ts';
import { notifyChannel } from '../../src/db/notify-store.ts';
import { recordPublished } from '../../src/publish/published-store.ts';
import { loadLiveBuilds } from '../../src/queue/build-store.ts';
import { loadNodes } from '../../src/status/status-store.ts';
import { startCoordinator, type TestCoordinator } from './start-coordinator.ts';
import { connectAgent, joinAgent, refusedStatus, type TestAgent } from './test-agent.ts';

let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await startCoordinator();
});
afterAll(() => coordinator.stop());

const digest = '0'.repeat(64);
const inventory = { type: 'inventory' as const, digest, packages: [makeInstalledPackage()] };

const nodeRow = async (name: string) => (await loadNodes(coordinator.open.db, name))[0];

async function publish(cpv: string, buildId: number, timestamp: number): Promise<void> {
  const { db } = coordinator.open;
  const build = (await loadLiveBuilds(db)).find((live) => live.cpv === cpv);
  if (!build) throw new Error(`expected a live build of ${cpv}`);
  const index = { timestamp, sha256: digest, entries: buildId };
  await recordPublished(db, 'default', {
    index,
    packages: [
      {
        pool: 'default',
        cpv,
        repository: 'gentoo',
        slot: '0',
        subslot: '0',
        useEnabled: [],
        bindings: [],
        variantKey: build.variantKey,
        buildId,
        buildTime: timestamp,
        path: `${cpv}-${buildId}.gpkg.tar`,
        size: 1,
        sha512: '0'.repeat(128),
        indexTimestamp: timestamp,
      },
    ],
  });
  await notifyChannel(db, CHANNELS.changed);
}

describe('a node that connects for the first time', () => {
  let agent: TestAgent;
  const epoch = randomUUID();
  const nodeName = 'first';

  test('is welcomed, told its pool and URL, and asked for its inventory', async () => {
    agent = await joinAgent(coordinator, { nodeName, epoch });
    const welcome = await agent.hear('welcome');
    expect(welcome).toMatchObject({
      pool: 'default',
      packagesUrl: 'http://binhost.example:8080/packages/default',
      index: null,
      inventoryWanted: true,
      lastReport: 0,
    });
    expect(agent.frames[0]).toMatchObject({ kind: 'loose', message: { type: 'challenge' } });
    expect(agent.frames[1]).toEqual({ kind: 'ack', sequence: 1 });
  });

  test('is online in the table', async () => {
    await waitFor(async () => (await nodeRow(nodeName))?.connectedAt, { what: 'the node to be online' });
  });

  test('has its inventory and report acknowledged when they are stored', async () => {
    await agent.deliver(inventory);
    await agent.deliver(
      makeReport({ epoch, entries: [makeMergeEntry(), makeMergeEntry({ cpv: 'app-misc/other-3' })] }),
    );
    expect((await nodeRow(nodeName))?.report).toMatchObject({ number: 1, outcome: 'complete' });
  });

  test('is sent its wishes, and their builds stand in the queue', async () => {
    const snapshot = await agent.hear(
      'wishes',
      ({ wishes }) => wishes.every(({ buildState }) => buildState === 'queued') && wishes.length === 2,
    );
    expect(snapshot.wishes.map(({ cpv, state }) => `${cpv} ${state}`)).toEqual([
      'dev-libs/libfoo-1.2 waiting',
      'app-misc/other-3 waiting',
    ]);
  });

  test('hears of what is published, once, and its wish says so', async () => {
    const uninvolved = await joinAgent(coordinator, { nodeName: 'uninvolved' });
    await publish('dev-libs/libfoo-1.2', 1, 1_767_225_600);
    // So that no other index can pass for this one at a node which the packages are not for.
    const { index } = await uninvolved.hear('index-published');
    expect(index).toEqual({ timestamp: 1_767_225_600, sha256: digest, entries: 1 });
    await uninvolved.leave();
    const event = await agent.hear('packages-published');
    expect(event).toMatchObject({ event: 1, packages: [{ cpv: 'dev-libs/libfoo-1.2', buildId: 1 }], stillBuilding: 1 });
    await agent.hear('wishes', ({ wishes }) => wishes.some(({ state }) => state === 'published'));
    await agent.deliver({ type: 'event-seen', event: 1 });
    expect(agent.heard('packages-published')).toHaveLength(1);
  });

  test('gets after a reconnect the events that it missed, in order, and none that it has', async () => {
    await agent.leave();
    await waitFor(async () => (await nodeRow(nodeName))?.connectedAt === null, { what: 'the node to be offline' });
    await publish('app-misc/other-3', 2, 1_767_225_700);
    agent = await joinAgent(coordinator, { nodeName, epoch, lastEvent: 1, inventoryDigest: digest });
    expect(await agent.hear('welcome')).toMatchObject({ inventoryWanted: false, lastReport: 1, index: { entries: 2 } });
    await agent.hear('packages-published', ({ event }) => event === 2);
    expect(agent.heard('packages-published').map(({ event }) => event)).toEqual([2]);
  });

  test('that lost its memory gets all events again, in order', async () => {
    await agent.leave();
    agent = await joinAgent(coordinator, { nodeName, epoch: randomUUID(), lastEvent: 0 });
    await agent.hear('packages-published', ({ event }) => event === 2);
    expect(agent.heard('packages-published').map(({ event }) => event)).toEqual([1, 2]);
  });

  test('keeps everything over a restart of the coordinator', async () => {
    await coordinator.restart();
    expect(await agent.closed()).toBe(1001);
    agent = await joinAgent(coordinator, { nodeName, epoch, lastEvent: 1, inventoryDigest: digest });
    expect(await agent.hear('welcome')).toMatchObject({ lastReport: 1, inventoryWanted: false });
    await agent.hear('packages-published', ({ event }) => event === 2);
    await agent.hear('wishes', ({ wishes }) => wishes.length === 2);
    await agent.leave();
  });
});

describe('a report', () => {
  test('that comes twice is acknowledged twice and stored once', async () => {
    const epoch = randomUUID();
    const agent = await joinAgent(coordinator, { nodeName: 'twice', epoch });
    const report = makeReport({ epoch, number: 5, entries: [] });
    await agent.deliver(report);
    await agent.deliver(report);
    expect((await nodeRow('twice'))?.report?.number).toBe(5);
    await agent.leave();
  });

  test('may come as a gzipped frame', async () => {
    const epoch = randomUUID();
    const agent = await joinAgent(coordinator, { nodeName: 'zipped', epoch });
    const message = makeReport({ epoch, entries: [] });
    agent.socket.send(gzipSync(JSON.stringify({ kind: 'message', sequence: 2, message })));
    await waitFor(() => agent.frames.some((frame) => frame.kind === 'ack' && frame.sequence === 2), {
      what: 'the ack',
    });
    await agent.leave();
  });

  test('that names something outside of the grammar is refused, and the connection stays', async () => {
    const agent = await joinAgent(coordinator, { nodeName: 'wrong' });
    const sequence = agent.say(makeReport({ entries: [makeMergeEntry({ cpv: '--config=x' })] }));
    await waitFor(
      () => agent.frames.some((frame) => frame.kind === 'error' && frame.sequence === sequence && !frame.final),
      { what: 'the error' },
    );
    await agent.deliver(makeReport({ entries: [] }));
    await agent.leave();
  });
});

test('a message of an unknown type is answered with an error, and the connection stays', async () => {
  const agent = await joinAgent(coordinator, { nodeName: 'newer' });
  const sequence = agent.say({ type: 'sing' });
  await waitFor(() => agent.frames.find((frame) => frame.kind === 'error'), { what: 'the error' });
  expect(agent.frames.find((frame) => frame.kind === 'error')).toMatchObject({
    code: 'PROTOCOL_BAD_MESSAGE',
    sequence,
    final: false,
  });
  await agent.deliver({ type: 'event-seen', event: 1 });
  await agent.leave();
});

test('a second connection of a node replaces the first, and the node stays online', async () => {
  const first = await joinAgent(coordinator, { nodeName: 'double' });
  const second = await joinAgent(coordinator, { nodeName: 'double' });
  expect(await first.closed()).toBe(4001);
  await second.deliver(makeReport({ entries: [] }));
  expect((await nodeRow('double'))?.connectedAt).not.toBeNull();
  await second.leave();
});

describe('a connection is ended', () => {
  const finalError = (agent: TestAgent) => agent.frames.find((frame) => frame.kind === 'error');

  test('when its first message is no hello', async () => {
    const agent = await connectAgent(coordinator);
    agent.say(makeReport());
    expect(await agent.closed()).toBe(1002);
    expect(finalError(agent)).toMatchObject({ code: 'HELLO_EXPECTED', final: true });
  });

  test('when hello comes twice', async () => {
    const agent = await joinAgent(coordinator, { nodeName: 'again' });
    agent.say(makeHello({ nodeName: 'other' }));
    expect(await agent.closed()).toBe(1002);
    expect(finalError(agent)).toMatchObject({ code: 'HELLO_REPEATED', final: true });
  });

  test('when the agent speaks another protocol, with what to do', async () => {
    const agent = await connectAgent(coordinator);
    agent.say(makeHello({ protocolVersion: 99 }));
    expect(await agent.closed()).toBe(1002);
    expect(finalError(agent)).toMatchObject({
      code: 'PROTOCOL_VERSION',
      final: true,
      message: expect.stringContaining('update binhost-coordinator'),
    });
  });

  test.each(['no frame', '{"kind":"message","sequence":1}{', '{"kind":"sing"}'])('when %j comes', async (text) => {
    const agent = await connectAgent(coordinator);
    agent.socket.send(text);
    expect(await agent.closed()).toBe(1002);
    expect(finalError(agent)).toMatchObject({ code: 'PROTOCOL_BAD_FRAME', final: true });
  });

  test('when a sequence comes again', async () => {
    const agent = await joinAgent(coordinator, { nodeName: 'sequence' });
    agent.socket.send(JSON.stringify({ kind: 'message', sequence: 1, message: { type: 'event-seen', event: 1 } }));
    expect(await agent.closed()).toBe(1002);
  });
});

describe('an upgrade is refused', () => {
  test('on another path', async () => {
    expect(await refusedStatus(coordinator.control, { path: '/agents' })).toBe(404);
  });

  test('from a web page', async () => {
    expect(await refusedStatus(coordinator.control, { origin: 'http://evil.example' })).toBe(403);
  });
});
