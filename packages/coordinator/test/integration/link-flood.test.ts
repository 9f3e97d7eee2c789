import { gzipSync } from 'node:zlib';
import { makeHello, makeInstalledPackage, makeReport, waitFor } from '@binhost/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCoordinator, type TestCoordinator } from './start-coordinator.ts';
import { connectAgent, joinAgent, type TestAgent } from './test-agent.ts';

const REPORTS = 30;

let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await startCoordinator(
    { maxBuffered: 256 * 1024 },
    { limits: { bytesPerMinute: 4 * 1024 * 1024, framesPerMinute: 200, reportsPerHour: REPORTS, logPerHour: 20_000 } },
  );
});
afterAll(() => coordinator.stop());

/** Median of how long the coordinator takes to acknowledge a message, in milliseconds. */
async function latencyOf(agent: TestAgent, count: number): Promise<number> {
  const times: number[] = [];
  for (let event = 0; event < count; event += 1) {
    const beganMs = performance.now();
    await agent.deliver({ type: 'event-seen', event: 1 });
    times.push(performance.now() - beganMs);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(count / 2)] as number;
}

/** Inventories of 2 MiB each, one after the other, without waiting for an answer. */
function flood(agent: TestAgent, count: number): void {
  const packages = Array.from({ length: 10_000 }, (_, index) =>
    makeInstalledPackage({ cpv: `dev-libs/flood${index}x-1` }),
  );
  const message = { type: 'inventory', digest: 'f'.repeat(64), packages };
  for (let sequence = 100; sequence < 100 + count; sequence += 1) {
    agent.socket.send(gzipSync(JSON.stringify({ kind: 'message', sequence, message })));
  }
}

test('an agent that floods waits for itself, and a good one is served beside it as before', async () => {
  const good = await joinAgent(coordinator, { nodeName: 'good' });
  const alone = await latencyOf(good, 15);
  const bad = await joinAgent(coordinator, { nodeName: 'flooding' });
  flood(bad, 20);
  await waitFor(() => bad.frames.some(({ kind }) => kind === 'ack'), { what: 'the flood to begin' });
  await waitFor(() => bad.frames.filter(({ kind }) => kind === 'ack').length > 2, { what: 'the share to be used up' });
  const beside = await latencyOf(good, 15);
  const ratio = beside / alone;
  console.log(
    `latency of a good agent: alone ${alone.toFixed(1)} ms, beside a flood ${beside.toFixed(1)} ms, ratio ${ratio.toFixed(2)}`,
  );
  expect(beside).toBeLessThan(Math.max(10 * alone, 500));
  expect(bad.frames.filter(({ kind }) => kind === 'ack').length).toBeLessThan(10);
  bad.socket.terminate();
  await good.leave();
}, 60_000);

test('a node over its reports is told the reason, and its link stays up', async () => {
  const agent = await joinAgent(coordinator, { nodeName: 'chatty' });
  for (let number = 1; number <= REPORTS; number += 1) await agent.deliver(makeReport({ number, entries: [] }));
  agent.say(makeReport({ number: REPORTS + 1, entries: [] }));
  const refused = await waitFor(() => agent.frames.find((frame) => frame.kind === 'error'), { what: 'the refusal' });
  expect(refused).toMatchObject({
    code: 'BUDGET_REPORTS',
    final: false,
    message: expect.stringContaining('limits.reportsPerHour'),
  });
  await agent.deliver({ type: 'event-seen', event: 1 });
  await agent.leave();
}, 30_000);

test('before its hello an agent may send no more than a hello', async () => {
  // a frame that is only answered where it is small
  const frame = JSON.stringify({ kind: 'loose', message: {} });
  const small = await connectAgent(coordinator);
  small.socket.send(frame);
  await waitFor(() => small.frames.some(({ kind }) => kind === 'error'), { what: 'the answer to the small frame' });
  expect(small.socket.readyState).toBe(small.socket.OPEN);
  small.socket.close();
  const large = `${frame}${' '.repeat(65 * 1024)}`;
  for (const sent of [large, gzipSync(large)]) {
    const agent = await connectAgent(coordinator);
    agent.socket.send(sent);
    expect(await agent.closed()).toBe(1002);
  }
});

test('a frame of many parts that never ends is cut off before its hello', async () => {
  const agent = await connectAgent(coordinator);
  const part = Buffer.alloc(16 * 1024, ' ');
  for (let count = 0; count < 32; count += 1) agent.socket.send(part, { fin: false });
  expect(await agent.closed()).toBe(1006);
});

test('an agent that pings without reading the answers is given up', async () => {
  const agent = await connectAgent(coordinator);
  await agent.deliver(makeHello({ nodeName: 'pinging' }));
  agent.socket.pause();
  let closed = false;
  agent.socket.once('close', () => {
    closed = true;
  });
  const payload = Buffer.alloc(125);
  await waitFor(
    () => {
      for (let count = 0; count < 20_000 && agent.socket.bufferedAmount < 1e6; count += 1) agent.socket.ping(payload);
      return closed || coordinator.log.lines.some(({ msg }) => msg === 'agent reads too slowly, connection closed');
    },
    { what: 'the coordinator to give up', timeoutMs: 30_000 },
  );
  agent.socket.terminate();
}, 40_000);

test('an agent whose messages are refused fills the log only up to its share', async () => {
  const agent = await joinAgent(coordinator, { nodeName: 'wrong' });
  for (let count = 0; count < 150; count += 1) agent.say({ type: 'x'.repeat(50) });
  await waitFor(() => agent.frames.filter(({ kind }) => kind === 'error').length >= 150, { what: 'all refusals' });
  const own = coordinator.log.lines.filter((line) => line['node'] === 'wrong');
  expect(own.filter(({ msg }) => msg === 'agent message refused').length).toBeLessThan(140);
  expect(own.filter(({ msg }) => String(msg).startsWith('log budget used up'))).toHaveLength(1);
  await agent.leave();
}, 30_000);
