import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { pinOf } from '@binhost/shared/trust';
import { makeTestCa, type TestCa, type TestLeaf, waitFor } from '@binhost/testkit';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { startTestCoordinator, type TestCoordinator } from './test-coordinator.ts';
import { makeTestNode, type TestNode } from './test-node.ts';

let ours: TestCa;
let theirs: TestCa;
beforeAll(async () => {
  [ours, theirs] = await Promise.all([makeTestCa(), makeTestCa()]);
});

const open: { node?: TestNode; recorder?: Recorder; coordinator?: TestCoordinator } = {};
afterEach(async () => {
  await open.node?.remove();
  await open.recorder?.close();
  await open.coordinator?.close();
  for (const key of ['node', 'recorder', 'coordinator'] as const) delete open[key];
});

/** A TLS server that keeps every byte that it can read. */
interface Recorder {
  port: number;
  connections: number;
  bytes: Buffer[];
  close(): Promise<void>;
}

async function startRecorder(signer: TestCa, leaf: Partial<TestLeaf> = {}): Promise<Recorder> {
  const server: Server = createServer({ ...(await signer.sign(leaf)), minVersion: 'TLSv1.3' });
  const recorder: Recorder = {
    port: 0,
    connections: 0,
    bytes: [],
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  server.on('connection', () => {
    recorder.connections += 1;
  });
  server.on('secureConnection', (socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => recorder.bytes.push(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  recorder.port = (server.address() as AddressInfo).port;
  open.recorder = recorder;
  return recorder;
}

/** A node that has joined the coordinator of `ours`, and looks for it at the port. */
async function startNode(port: number, ca: string | null = ours.pem, settings: Record<string, string> = {}) {
  const node = await makeTestNode({ COORDINATOR_URL: `wss://127.0.0.1:${port}`, ...settings });
  open.node = node;
  if (ca !== null) await node.write('state/ca.pem', ca);
  await node.start();
  return node;
}

async function troubleOf(node: TestNode) {
  return waitFor(async () => (await node.status()).situations.find(({ code }) => code === 'coordinator-untrusted'), {
    what: 'the situation in the status',
  });
}

test('by the CA that a join stored the agent comes in, whatever the address is', async () => {
  const coordinator = await startTestCoordinator({}, 0, await ours.sign());
  open.coordinator = coordinator;
  await startNode(Number(new URL(coordinator.url).port));
  await waitFor(() => coordinator.reports().length > 0, { what: 'the report' });
});

test('a coordinator of another CA gets not one byte, and both fingerprints are shown', async () => {
  const recorder = await startRecorder(theirs);
  const node = await startNode(recorder.port);
  const { detail, whatToDo } = await troubleOf(node);
  expect(detail).toContain(`expected the CA ${pinOf(ours.pem)}, got ${pinOf(theirs.pem)}`);
  expect(whatToDo).toContain('join again');
  expect((await node.status()).link.problem).toMatchObject({ message: detail });
  await waitFor(() => recorder.connections >= 3, { what: 'three tries' });
  expect(recorder.bytes).toEqual([]);
  const told = node.log.withMessage('no link with this coordinator');
  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({ message: expect.stringContaining(pinOf(theirs.pem)) });
});

test.each<[string, () => Partial<TestLeaf>, string]>([
  ['has ended', () => ({ notAfter: new Date(Date.now() - 60_000) }), 'the certificate ended on'],
  ['has not begun', () => ({ notBefore: new Date(Date.now() + 3_600_000) }), 'the certificate begins on'],
  ['is of another server', () => ({ name: 'somebody-else' }), 'of another server name'],
])('a certificate of our own CA that %s gets not one byte', async (_what, leaf, reason) => {
  const recorder = await startRecorder(ours, leaf());
  const node = await startNode(recorder.port);
  expect((await troubleOf(node)).detail).toContain(reason);
  expect(recorder.bytes).toEqual([]);
});

test("without a stored CA the system's trust store decides: a coordinator's own CA is not in it", async () => {
  const recorder = await startRecorder(theirs);
  const node = await startNode(recorder.port, null);
  expect((await troubleOf(node)).detail).toContain(`system's trust store knows, got ${pinOf(theirs.pem)}`);
  expect(recorder.bytes).toEqual([]);
});

test("a CA file that is damaged is never passed over for the system's trust store", async () => {
  const recorder = await startRecorder(theirs);
  const node = await startNode(recorder.port, 'no certificate');
  expect((await troubleOf(node)).detail).toContain('ca.pem');
  expect(recorder.connections).toBe(0);
});

test('a join while it runs is taken up by the next try', async () => {
  const coordinator = await startTestCoordinator({}, 0, await ours.sign());
  open.coordinator = coordinator;
  const node = await startNode(Number(new URL(coordinator.url).port), theirs.pem);
  await troubleOf(node);
  await writeFile(join(node.config.paths.state, 'ca.pem'), ours.pem);
  await waitFor(() => coordinator.reports().length > 0, { what: 'the report' });
  expect((await node.status()).situations).toEqual([]);
});

test('a redirect to a connection without TLS is not followed', async () => {
  const plain = await startTestCoordinator();
  open.coordinator = plain;
  const redirecting = createServer(await ours.sign(), (socket) => {
    socket.on('error', () => {});
    socket.resume();
    socket.end(`HTTP/1.1 301 Moved\r\nLocation: ${plain.url}/agent\r\nContent-Length: 0\r\n\r\n`);
  });
  await new Promise<void>((resolve) => redirecting.listen(0, '127.0.0.1', resolve));
  const node = await startNode((redirecting.address() as AddressInfo).port);
  const problem = await waitFor(async () => (await node.status()).link.problem, { what: 'a problem' });
  expect(problem.message).toBe('expected a WebSocket, got HTTP 301');
  expect(plain.authorizations).toEqual([]);
  await node.stop();
  await new Promise((resolve) => redirecting.close(resolve));
});

test('a log of a build is asked for over the same verified connection', async () => {
  const coordinator = await startTestCoordinator({}, 0, await ours.sign());
  open.coordinator = coordinator;
  const node = await startNode(Number(new URL(coordinator.url).port));
  await waitFor(() => coordinator.reports().length > 0, { what: 'the report' });
  coordinator.answers.set('/api/builds', '[]');
  await expect(node.askLog('app-misc/hello')).rejects.toMatchObject({
    message: expect.stringContaining('no build of'),
  });
  await node.write('state/ca.pem', theirs.pem);
  await expect(node.askLog('app-misc/hello')).rejects.toMatchObject({
    message: expect.stringContaining(pinOf(theirs.pem)),
  });
});
