import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { makeHello, makeReport, waitFor } from '@binhost/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { FrameSender } from '../../src/link/frame-sender.ts';
import { startCoordinator, type TestCoordinator } from './start-coordinator.ts';
import { connectAgent } from './test-agent.ts';

const MAX_FRAME = 64 * 1024;

let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await startCoordinator({
    maxFrame: MAX_FRAME,
    helloTimeout: 1000,
    pingInterval: 200,
    maxBuffered: 1024 * 1024,
  });
});
afterAll(() => coordinator.stop());

test('a frame above the limit ends the connection', async () => {
  const agent = await connectAgent(coordinator);
  agent.socket.send('x'.repeat(MAX_FRAME + 1));
  expect(await agent.closed()).toBe(1009);
});

test('a small frame that unpacks above the limit ends the connection', async () => {
  const agent = await connectAgent(coordinator);
  agent.socket.send(gzipSync(' '.repeat(MAX_FRAME * 10)));
  expect(await agent.closed()).toBe(1002);
});

test('a connection that never says hello is ended', async () => {
  const agent = await connectAgent(coordinator);
  expect(await agent.closed()).toBe(1002);
  expect(agent.frames.slice(1)).toMatchObject([{ kind: 'error', code: 'HELLO_EXPECTED', final: true }]);
});

test('a node whose machine vanished is offline after three silent pings', async () => {
  const agent = await connectAgent(coordinator, { autoPong: false });
  await agent.deliver(makeHello({ nodeName: 'vanished' }));
  expect(await agent.closed()).toBe(1006);
});

test('a node that answers pings stays online', async () => {
  const agent = await connectAgent(coordinator);
  await agent.deliver(makeHello({ nodeName: 'steady' }));
  let pings = 0;
  agent.socket.on('ping', () => {
    pings += 1;
  });
  await waitFor(() => pings > 3, { what: 'four pings' });
  await agent.deliver(makeReport({ entries: [] }));
  await agent.leave();
});

test('a client that talks no HTTP at all harms nobody', async () => {
  const [host = '', port] = coordinator.control.split(':');
  const socket = connect(Number(port), host);
  socket.on('error', () => {});
  socket.resume();
  socket.end(Buffer.from([0x16, 0x03, 0x01, 0x00, 0x00, 0x0d, 0x0a, 0x0d, 0x0a]));
  await new Promise((resolve) => socket.once('close', resolve));
  const agent = await connectAgent(coordinator);
  await agent.deliver(makeHello());
  await agent.leave();
});

test('an agent that does not read what it is sent is given up, before it fills the memory', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [socket] = (await once(server, 'connection')) as [WebSocket];
  await once(client, 'open');
  client.pause();
  let overflow = 0;
  const sender = new FrameSender(socket, 1024 * 1024, (bytes) => {
    overflow = bytes;
    socket.terminate();
  });
  await waitFor(
    () => {
      sender.loose({ type: 'collect-now', reason: randomBytes(256 * 1024).toString('base64') });
      return overflow;
    },
    { what: 'the sender to give up' },
  );
  expect(overflow).toBeLessThan(8 * 1024 * 1024);
  client.terminate();
  server.close();
});
