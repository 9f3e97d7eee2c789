import { X509Certificate } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { COORDINATOR_SERVER_NAME, pinOf } from '@binhost/shared/trust';
import { makeHello, makeReport, makeTemporaryDirectory, makeTestCa, waitFor } from '@binhost/testkit';
import { afterEach, expect, test } from 'vitest';
import { startCoordinator, type TestCoordinator } from './start-coordinator.ts';
import { connectAgent } from './test-agent.ts';

let coordinator: TestCoordinator;
afterEach(() => coordinator.stop());

const tlsDirectory = (): string => join(coordinator.config.paths.state, 'tls');
const caOf = (): Promise<string> => readFile(join(tlsDirectory(), 'ca.pem'), 'utf8');

/** A handshake as an agent makes it: by the coordinator's own CA and the fixed name. */
async function shakeHands(ca: string, version: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.3'): Promise<TLSSocket> {
  const [host = '', port] = coordinator.control.split(':');
  const socket = connect({ host, port: Number(port), ca, servername: COORDINATOR_SERVER_NAME, maxVersion: version });
  await new Promise((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
  });
  return socket;
}

async function serialNow(ca: string): Promise<string> {
  const socket = await shakeHands(ca);
  const serial = socket.getPeerX509Certificate()?.serialNumber ?? '';
  socket.destroy();
  return serial;
}

const withTls = { rejectUnauthorized: true, servername: COORDINATOR_SERVER_NAME };

test('a CA is made at the first start, closed to others, and agents come in by it with TLS 1.3 alone', async () => {
  coordinator = await startCoordinator({ tls: 'auto' });
  const ca = await caOf();
  const modes = await Promise.all(
    ['', 'ca.pem', 'ca-key.pem', 'leaf.pem', 'leaf-key.pem'].map(async (name) => {
      return ((await stat(join(tlsDirectory(), name))).mode & 0o777).toString(8);
    }),
  );
  expect(modes).toEqual(['700', '600', '600', '600', '600']);
  expect(coordinator.log.withMessage('coordinator ready')[0]).toMatchObject({ pin: pinOf(ca) });

  const agent = await connectAgent(coordinator, { ...withTls, ca });
  await agent.deliver(makeHello());
  await agent.leave();
  await expect(shakeHands(ca, 'TLSv1.2')).rejects.toThrow();
});

test('a restart keeps CA and certificate; a lost certificate is made anew by the same CA', async () => {
  coordinator = await startCoordinator({ tls: 'auto' });
  const ca = await caOf();
  const first = await serialNow(ca);
  await coordinator.restart();
  expect([await caOf(), await serialNow(ca)]).toEqual([ca, first]);
  await rm(join(tlsDirectory(), 'leaf.pem'));
  await coordinator.restart();
  expect(await caOf()).toBe(ca);
  expect(await serialNow(ca)).not.toBe(first);
});

test('the certificate renews itself while it runs, and no connection is dropped', async () => {
  coordinator = await startCoordinator({ tls: 'auto', leafLife: 3000, certificateCheck: 50 });
  const ca = await caOf();
  const first = await serialNow(ca);
  const agent = await connectAgent(coordinator, { ...withTls, ca });
  await agent.deliver(makeHello());
  await waitFor(async () => (await serialNow(ca)) !== first, { what: 'another certificate', timeoutMs: 10_000 });
  await agent.deliver(makeReport({ entries: [] }));
  expect(agent.heard('welcome')).toHaveLength(1);
  const later = new X509Certificate(await readFile(join(tlsDirectory(), 'leaf.pem')));
  expect(Date.parse(later.validTo)).toBeGreaterThan(Date.now());
  await agent.leave();
});

test('a CA without its key is never replaced silently: all nodes hang on it', async () => {
  coordinator = await startCoordinator({ tls: 'auto' });
  await rm(join(tlsDirectory(), 'ca-key.pem'));
  await expect(coordinator.restart()).rejects.toMatchObject({ code: 'TLS_UNUSABLE' });
});

test("the operator's own files are served, and followed when they change", async () => {
  const directory = await makeTemporaryDirectory();
  const ca = await makeTestCa();
  const [cert, key] = [join(directory.path, 'cert.pem'), join(directory.path, 'key.pem')];
  const place = async (): Promise<void> => {
    const made = await ca.sign();
    await Promise.all([writeFile(key, made.key), writeFile(cert, made.cert)]);
  };
  await place();
  coordinator = await startCoordinator({ tls: 'files', cert, key, certificateCheck: 50 });
  const first = await serialNow(ca.pem);
  await place();
  await waitFor(async () => (await serialNow(ca.pem)) !== first, { what: 'the new certificate' });
  await expect(stat(tlsDirectory())).rejects.toThrow();
  await directory.remove();
});

test('files that do not fit each other are refused at the start, naming the setting', async () => {
  coordinator = await startCoordinator({ tls: 'off' });
  const ca = await makeTestCa();
  const [one, other] = await Promise.all([ca.sign(), ca.sign()]);
  const [cert, key] = [`${coordinator.config.paths.run}/cert.pem`, `${coordinator.config.paths.run}/key.pem`];
  await Promise.all([writeFile(cert, one.cert), writeFile(key, other.key)]);
  Object.assign(coordinator.config.control, { tls: 'files', cert, key });
  await expect(coordinator.restart()).rejects.toMatchObject({
    code: 'TLS_UNUSABLE',
    message: expect.stringContaining('control.key'),
  });
});
