import { connect, type Socket } from 'node:net';
import { makeHello, waitFor } from '@binhost/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCoordinator, type TestCoordinator } from './start-coordinator.ts';
import { connectAgent, joinAgent, refusedStatus } from './test-agent.ts';

const GREETING = 50;
const WAITING = 60;
const CONNECTS = 1500;
const HALF_OPEN = 1000;

let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await startCoordinator(
    { helloTimeout: 1500 },
    {
      limits: {
        greetingAgents: GREETING,
        waitingConnections: WAITING,
        connectsPerMinute: CONNECTS,
        headersTimeout: 1500,
      },
    },
  );
});
afterAll(() => coordinator.stop());

const UPGRADE = [
  'GET /agent HTTP/1.1',
  'Host: binhost',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  '',
  '',
].join('\r\n');

/** Opens sockets that say `text` and nothing more. */
function openSockets(address: string, count: number, text: string): { open(): number; end(): void } {
  const [host = '', port] = address.split(':');
  const sockets = Array.from({ length: count }, (): Socket => {
    const socket = connect(Number(port), host);
    socket.on('error', () => {});
    socket.resume();
    socket.write(text);
    return socket;
  });
  let open = count;
  for (const socket of sockets) socket.once('close', () => (open -= 1));
  return {
    open: () => open,
    end: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

test('1,000 connections that never say hello are bounded, and an agent is served beside them', async () => {
  const strangers = openSockets(coordinator.control, HALF_OPEN, UPGRADE);
  const agent = await connectAgent(coordinator, { localAddress: '127.0.0.2' });
  await agent.deliver(makeHello({ nodeName: 'beside-the-silent' }));
  await waitFor(() => strangers.open() <= GREETING, { what: 'the silent connections to be pressed out' });
  const sameAddress = await joinAgent(coordinator, { nodeName: 'among-the-silent' });
  expect(strangers.open()).toBeGreaterThan(0);
  await sameAddress.leave();
  await waitFor(() => strangers.open() === 0, { what: 'the last of them to run into the time for a hello' });
  await agent.leave();
}, 30_000);

test.each([
  ['say nothing at all', ''],
  ['begin a request and stop', 'GET /health HTTP/1.1\r\nHost: binhost\r\nX-Half: '],
])(
  '1,000 connections that %s are bounded, and an agent is served beside them',
  async (_what, text) => {
    for (const address of [coordinator.control, coordinator.packages]) {
      const strangers = openSockets(address, HALF_OPEN, text);
      const agent = await joinAgent(coordinator, { nodeName: 'beside-the-slow' });
      await waitFor(() => strangers.open() <= WAITING, { what: 'the slow connections to be pressed out' });
      await waitFor(() => strangers.open() === 0, { what: 'the last of them to run into the time for headers' });
      await agent.leave();
    }
  },
  60_000,
);

test('an address that connects without end is asked to wait, and others are not', async () => {
  const own = await startCoordinator({}, { limits: { connectsPerMinute: 5 } });
  try {
    const strangers = await Promise.all(Array.from({ length: 5 }, () => connectAgent(own)));
    expect(await refusedStatus(own.control)).toBe(429);
    const other = await connectAgent(own, { localAddress: '127.0.0.2' });
    await other.deliver(makeHello());
    for (const { socket } of [...strangers, other]) socket.terminate();
  } finally {
    await own.stop();
  }
});

test('connections that come to a good hello are not counted', async () => {
  const own = await startCoordinator({}, { limits: { connectsPerMinute: 5 } });
  try {
    for (let count = 0; count < 12; count += 1) await (await joinAgent(own)).leave();
  } finally {
    await own.stop();
  }
});
