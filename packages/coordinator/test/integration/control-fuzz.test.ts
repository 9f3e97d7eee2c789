import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { COORDINATOR_SERVER_NAME } from '@binhost/shared/trust';
import { fuzzRun, heapInUse } from '@binhost/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROUTE_RULES } from '../../src/access/route-rules.ts';
import { makeOperator } from './make-operator.ts';
import { startCoordinator, type TestCoordinator } from './start-coordinator.ts';

const LONGEST_MS = 20_000;
const MOST_HEAP = 40 * 1024 * 1024;
/** A request that is not whole gets no answer before the rest has come. */
const QUIET_MS = 500;
/** Stands for a right token in a request. */
const TOKEN = '<token>';

let coordinator: TestCoordinator;
let ca: string;
let token: string;
beforeAll(async () => {
  coordinator = await startCoordinator(
    { tls: 'auto' },
    { limits: { loginsPerMinute: 1e6, loginsPerMinuteOfAll: 1e6 } },
  );
  ca = await readFile(join(coordinator.config.paths.state, 'tls/ca.pem'), 'utf8');
  token = await makeOperator(coordinator, 'ada', 'viewer');
});
afterAll(() => coordinator.stop());

/** Sends bytes as they are over TLS; ends where nothing comes back because the request is not whole. @returns all that came back until the end */
async function send(text: string): Promise<string> {
  const [host = '', port] = coordinator.control.split(':');
  const socket = connect({ host, port: Number(port), ca, servername: COORDINATOR_SERVER_NAME });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => {});
  socket.setTimeout(QUIET_MS, () => socket.destroy());
  socket.write(Buffer.from(text.replaceAll(TOKEN, token), 'latin1'));
  await new Promise((resolve) => socket.once('close', resolve));
  return Buffer.concat(chunks).toString('latin1');
}

const routes = Object.keys(ROUTE_RULES);
const word = fc.oneof(
  fc.constantFrom(
    '1',
    '-1',
    '0',
    '99999999999999999999',
    '%00',
    '%2e%2e',
    '..',
    '__proto__',
    'node1',
    '%ff',
    "'--",
    '%0a',
  ),
  fc.string({ maxLength: 12 }).map(encodeURIComponent),
);
const target = fc
  .tuple(fc.constantFrom(...routes), fc.array(word, { minLength: 3, maxLength: 3 }), fc.option(fc.string()))
  .map(([route, words, query]) => {
    const [method = '', url = ''] = route.split(' ');
    const path = url.replaceAll(/:\w+/g, () => words.pop() ?? '1');
    return { method, url: query === null ? path : `${path}?${encodeURI(query).replaceAll('%20', '+')}` };
  });
const header = fc.oneof(
  fc.constantFrom(
    `Authorization: Bearer ${TOKEN}`,
    'Authorization: Bearer bho_x',
    'Authorization: Basic eDp5',
    'Cookie: binhost-session=x',
    'Origin: https://evil.example',
    'Content-Type: application/json',
    'Content-Type: text/plain',
    'Transfer-Encoding: chunked',
    'Expect: 100-continue',
    'Upgrade: websocket',
    'X-CSRF-Token: x',
    'Range: bytes=0-',
  ),
  fc.string({ unit: 'binary', maxLength: 100 }),
);
const body = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.constantFrom('', '{', '{"__proto__":{"role":"admin"}}', '{"constructor":{}}', '[1]', `{"token":"${TOKEN}"}`, '\0'),
  fc.string({ unit: 'binary', maxLength: 300 }),
);
const request = fc
  .record({
    target,
    method: fc.option(fc.constantFrom('GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'CONNECT', 'x')),
    headers: fc.array(header, { maxLength: 5 }),
    body,
    lie: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 5, -1),
  })
  .map(({ target: { method: right, url }, method, headers, body: sent, lie }) => {
    const length = `Content-Length: ${Buffer.byteLength(sent, 'latin1') + lie}`;
    const lines = [`${method ?? right} ${url} HTTP/1.1`, 'Host: a', 'Connection: close', length, ...headers];
    return `${lines.join('\r\n')}\r\n\r\n${sent}`;
  });

test('whatever request comes over TLS, the API answers or closes, never fails inside, and goes on', async () => {
  const before = heapInUse();
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(request, async (text) => {
      const beganMs = performance.now();
      const answer = await send(text);
      expect(performance.now() - beganMs).toBeLessThan(LONGEST_MS);
      if (answer.startsWith('HTTP/1.1 ')) answered += 1;
      expect(answer).not.toMatch(/^HTTP\/1\.1 500/);
      expect(answer).not.toMatch(/node_modules|\.ts:\d|at async/);
    }),
    fuzzRun('requests on the control listener', 200),
  );
  expect(answered).toBeGreaterThan(100);
  expect(heapInUse() - before).toBeLessThan(MOST_HEAP);
  const good = await send(
    `GET /api/status HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`,
  );
  expect(good).toMatch(/^HTTP\/1\.1 200/);
}, 3_600_000);
