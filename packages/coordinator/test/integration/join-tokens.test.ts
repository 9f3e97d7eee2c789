import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeJoinToken } from '@binhost/shared/join';
import type { JoinAnswer, JoinRequest } from '@binhost/shared/protocol';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinTokens } from '../../src/access/join-token-tables.ts';
import type { JoinTokenView, NewJoinTokenView } from '../../src/access/token-view.ts';
import { buildProgram, type Program } from './build-program.ts';
import { startCoordinator, type TestCoordinator } from './start-coordinator.ts';

/** A node's way in: the real program makes tokens over admin.sock, the control listener takes them. */
const FINGERPRINT = '0123456789ABCDEF0123456789ABCDEF01234567';

let program: Program;
let coordinator: TestCoordinator;
const run = (...args: string[]) =>
  program.run(['token', ...args], { BINHOST_COORDINATOR_PATHS_RUN: coordinator.config.paths.run });

beforeAll(async () => {
  [program, coordinator] = await Promise.all([
    buildProgram(),
    startCoordinator({}, { limits: { joinsPerMinute: 1000 } }),
  ]);
  const pool = join(coordinator.config.paths.packages, 'default');
  await writeFile(join(pool, 'key.asc'), 'an armored key\n');
  await writeFile(join(pool, 'key.fpr'), `${FINGERPRINT}\n`);
});
afterAll(() => coordinator.stop());

async function makeToken(...args: string[]): Promise<NewJoinTokenView & { request: JoinRequest['token'] }> {
  const { stdout } = await run('create', '--json', ...args);
  const view = JSON.parse(stdout) as NewJoinTokenView;
  const { id, secret } = decodeJoinToken(view.line.split(' ')[2] ?? '');
  return { ...view, request: { id, secret } };
}

const newKey = (): string =>
  generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();

async function ask(token: JoinRequest['token'], more: Partial<JoinRequest> = {}) {
  const body: JoinRequest = { token, nodeName: 'desk', publicKey: newKey(), ...more };
  const response = await fetch(`http://${coordinator.control}/join`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as JoinAnswer & { error?: { message: string } } };
}

const stateOf = async (id: number): Promise<JoinTokenView | undefined> =>
  (JSON.parse((await run('list', '--json')).stdout) as JoinTokenView[]).find((token) => token.id === id);

test('create prints one line to paste, and says on stderr what it is for', async () => {
  const { exitCode, stdout, stderr } = await run('create', '--name', 'alpha', '--ttl', '1h');
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(/^binhost-agent join bhj[\w-]+$/),
  });
  expect(stderr).toContain('only this machine itself can join');
  expect(stderr).toMatch(/^# The node alpha can join the pool default by this line, once, within (?:1h|59m)/);
  expect(decodeJoinToken(stdout.split(' ')[2] ?? '')).toMatchObject({ fingerprint: FINGERPRINT, pin: 'system' });
});

test('a node joins once by a token, and the list says who it was', async () => {
  const { id, request } = await makeToken();
  const { status, body } = await ask(request, { nodeName: 'attic' });
  expect({ status, body }).toEqual({
    status: 200,
    body: {
      nodeId: expect.any(String),
      nodeName: 'attic',
      pool: 'default',
      packagesUrl: 'http://binhost.example:8080/packages/default',
      signingKey: 'an armored key\n',
      probePath: null,
    },
  });
  expect(await stateOf(id)).toMatchObject({ state: 'used', usedBy: 'attic', usedFrom: '127.0.0.1' });
});

test('a token that names the node decides over what the node calls itself', async () => {
  const { request } = await makeToken('--name', 'named');
  expect((await ask(request)).body.nodeName).toBe('named');
});

test('whoever shows a used token with another key is refused; the node itself gets its answer again', async () => {
  const { request } = await makeToken();
  const publicKey = newKey();
  await ask(request, { publicKey, nodeName: 'cellar' });
  const again = await ask(request, { publicKey, nodeName: 'renamed' });
  expect(again).toMatchObject({ status: 200, body: { nodeName: 'cellar' } });
  const thief = await ask(request);
  expect(thief).toMatchObject({ status: 403, body: { error: { code: 'JOIN_REFUSED' } } });
  expect(thief.body.error?.message).toContain('it was used already');
});

test('of twenty who show one token at once exactly one gets in', async () => {
  const { request } = await makeToken();
  const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => ask(request, { nodeName: `twin-${at}` })));
  expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, ...Array<number>(19).fill(403)]);
});

test('an expired token lets nobody in', async () => {
  const { id, request } = await makeToken();
  const { db } = coordinator.open;
  await db
    .update(joinTokens)
    .set({ expiresAt: new Date(1) })
    .where(eq(joinTokens.id, id));
  expect((await ask(request)).body.error?.message).toContain('its time has passed');
  expect(await stateOf(id)).toMatchObject({ state: 'expired' });
});

test('a revoked token lets nobody in', async () => {
  const { id, request } = await makeToken();
  expect((await run('revoke', String(id))).stdout).toBe(`token ${id} is revoked`);
  expect((await ask(request)).body.error?.message).toContain('it was revoked');
});

test('a wrong secret and a number that does not exist are answered alike', async () => {
  const { request } = await makeToken();
  const wrong = { ...request, secret: 'A'.repeat(32) };
  const [first, second] = [await ask(wrong), await ask({ ...wrong, id: 4_000_000_000 })];
  expect(first).toMatchObject({ status: 403 });
  expect(second).toEqual(first);
  expect((await ask(request)).status).toBe(200);
});

test('a preview answers the same and leaves the token open', async () => {
  const { id, request } = await makeToken();
  expect(await ask(request, { preview: true })).toMatchObject({ status: 200, body: { nodeId: null, pool: 'default' } });
  expect(await stateOf(id)).toMatchObject({ state: 'open' });
});

test('what is no request is refused before any table is read', async () => {
  const { request } = await makeToken();
  const wrong: Partial<JoinRequest>[] = [
    { nodeName: '../etc' },
    { nodeName: 'a\nb' },
    { publicKey: '-----BEGIN PRIVATE KEY-----' },
    { token: { id: -1, secret: request.secret } },
    { publicKey: 'A'.repeat(20_000) },
  ];
  const answers = await Promise.all(wrong.map((part) => ask(request, part)));
  expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 413]);
});

test('no secret stands in the database, the log or the list', async () => {
  const { request, id } = await makeToken();
  await ask(request);
  const rows = await coordinator.open.db.select().from(joinTokens).where(eq(joinTokens.id, id));
  const { stdout } = await run('list', '--json');
  const everything = JSON.stringify([rows, coordinator.log.lines, stdout]);
  expect(everything).not.toContain(request.secret);
  expect(everything).not.toContain(Buffer.from(request.secret, 'base64url').toString('hex'));
});

test.each<[string[], RegExp]>([
  [['create', '--ttl', 'soon'], /--ttl: expected a time such as 1h or 7d, got 'soon'/],
  [['create', '--pool', 'other'], /expected one of the pools default, got 'other'/],
  [['create', '--name', 'A B'], /expected a host name in lower case/],
  [['revoke', '99999'], /expected a known join token, got '99999'/],
  [['revoke', 'x'], /expected a personal token that is not revoked, got 'x'/],
])('token %j is answered in one sentence', async (args, sentence) => {
  const { exitCode, stdout, stderr } = await run(...args);
  expect({ exitCode: exitCode !== 0, stdout }).toEqual({ exitCode: true, stdout: '' });
  expect(stderr).toMatch(sentence);
});

test('an address whose joins are refused again and again is asked to wait', async () => {
  const own = await startCoordinator({}, { limits: { joinsPerMinute: 3 } });
  const shown = { id: 1, secret: 'A'.repeat(32) };
  const body = JSON.stringify({ token: shown, nodeName: 'desk', publicKey: newKey() });
  const headers = { 'Content-Type': 'application/json' };
  const statuses: number[] = [];
  let last: Response | undefined;
  for (let count = 0; count < 4; count += 1) {
    last = await fetch(`http://${own.control}/join`, { method: 'POST', headers, body });
    statuses.push(last.status);
  }
  expect(statuses).toEqual([403, 403, 403, 429]);
  expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
  await own.stop();
});
