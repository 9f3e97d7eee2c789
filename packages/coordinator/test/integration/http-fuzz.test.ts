import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { captureLog, fuzzRun, heapInUse, makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listenOnAddress } from '../../src/http/listen.ts';
import { packagesServer } from '../../src/http/servers.ts';
import { rawRequest } from './raw-request.ts';

const FILE = Buffer.alloc(100_000, 'package');
const SECRET = 'not for the world';
/** Bytes that an answer to rubbish may have: no more than one file and its headers. */
const MOST = FILE.length + 4096;

let directory: TemporaryDirectory;
let address: string;
let close: () => Promise<void>;

beforeAll(async () => {
  directory = await makeTemporaryDirectory();
  const pool = join(directory.path, 'packages/default');
  await mkdir(pool, { recursive: true });
  await Promise.all([writeFile(join(pool, 'Packages'), FILE), writeFile(join(directory.path, 'secret'), SECRET)]);
  const app = packagesServer(join(directory.path, 'packages'), {
    isDatabaseAlive: async () => true,
    log: captureLog().log,
    limits: { connections: { waitingConnections: 100, requestsPerAddress: 50 }, headersTimeoutMs: 1000 },
  });
  const bound = await listenOnAddress(app, { host: '127.0.0.1', port: 0 });
  address = `127.0.0.1:${bound.port}`;
  close = () => app.close();
});
afterAll(async () => {
  await close();
  await directory.remove();
});

const isServed = async (): Promise<boolean> =>
  (await rawRequest(address, '/packages/default/Packages')).body.equals(FILE);

/** Sends bytes as they are, then says that nothing more comes. @returns all that came back until the end */
async function send(bytes: Buffer): Promise<Buffer> {
  const [host = '', port] = address.split(':');
  const socket = connect({ port: Number(port), host, allowHalfOpen: true });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => {});
  socket.end(bytes);
  await new Promise((resolve) => socket.once('close', resolve));
  return Buffer.concat(chunks);
}

test('headers of 64 KiB are refused', async () => {
  const answer = await rawRequest(address, '/packages/default/Packages', {
    headers: { 'X-Large': 'x'.repeat(65_536) },
  });
  expect(answer.status).toBe(431);
  expect(await isServed()).toBe(true);
});

test('a path of 64 KiB is refused', async () => {
  expect((await rawRequest(address, `/packages/${'a/'.repeat(32_768)}`)).status).toBe(431);
});

test('thousands of ranges bring no more than the file', async () => {
  const ranges = Array.from({ length: 1500 }, (_, index) => `${index}-`).join(',');
  const answer = await rawRequest(address, '/packages/default/Packages', { headers: { Range: `bytes=${ranges}` } });
  expect(answer.body.length).toBeLessThanOrEqual(FILE.length);
});

test('a request with two meanings of its length is refused', async () => {
  const lines = [
    'POST /packages/default/Packages HTTP/1.1',
    'Host: a',
    'Content-Length: 4',
    'Transfer-Encoding: chunked',
  ];
  const answer = await send(
    Buffer.from(`${lines.join('\r\n')}\r\n\r\n0\r\n\r\nGET /packages/default/Packages HTTP/1.1\r\nHost: a\r\n\r\n`),
  );
  expect(answer.toString('latin1')).toMatch(/^HTTP\/1\.1 400/);
  expect(answer.length).toBeLessThan(1000);
});

const part = fc.constantFrom(
  '/',
  '..',
  '.',
  '%2e',
  '%2f',
  '%5c',
  '%00',
  '%c0%ae',
  '%',
  '\\',
  '//',
  'packages',
  'default',
  'Packages',
  'secret',
  '?',
  '#',
);
const line = fc.oneof(
  fc.constantFrom(
    'Host: a',
    'Connection: keep-alive',
    'Range: bytes=0-',
    'Range: bytes=-1,5-,0-9',
    'Expect: 100-continue',
    'Upgrade: h2c',
    'Transfer-Encoding: chunked',
    'Content-Length: -1',
    'If-Range: x',
    ' folded',
  ),
  fc.string({ unit: 'binary', maxLength: 200 }),
);
const request = fc
  .tuple(
    fc.oneof(fc.constantFrom('GET', 'HEAD', 'POST', 'CONNECT', 'PRI', 'TRACE'), fc.string({ maxLength: 8 })),
    fc.array(part, { maxLength: 12 }),
    fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/9', ''),
    fc.array(line, { maxLength: 6 }),
    fc.constantFrom('\r\n\r\n', '\n\n', '\r\n', ''),
  )
  .map(([method, parts, version, lines, end]) =>
    Buffer.from([`${method} /${parts.join('')} ${version}`, ...lines].join('\r\n') + end, 'latin1'),
  );
const bytes = fc.oneof(
  { weight: 4, arbitrary: request },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 2000 }).map((array) => Buffer.from(array)) },
);

test('whatever bytes come, the listener answers or closes, leaks nothing and goes on', async () => {
  const run = fuzzRun('HTTP requests', 300);
  const before = heapInUse();
  await fc.assert(
    fc.asyncProperty(bytes, async (input) => {
      const beganMs = performance.now();
      const answer = await send(input);
      expect(performance.now() - beganMs).toBeLessThan(5000);
      expect(answer.length).toBeLessThan(MOST);
      expect(answer.includes(SECRET)).toBe(false);
    }),
    run,
  );
  expect(heapInUse() - before).toBeLessThan(20 * 1024 * 1024);
  expect(await isServed()).toBe(true);
}, 3_600_000);
