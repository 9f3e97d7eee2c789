import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { waitFor } from '@binhost/testkit';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operatorTokens } from '../../src/access/operator-tables.ts';
import type { OperatorTokenView } from '../../src/access/operator-token-store.ts';
import { askHttp, bearer, openHttp } from './ask-http.ts';
import { askAs, askWith, logIn, makeOperator } from './make-operator.ts';
import { startCoordinator, type TestCoordinator } from './start-coordinator.ts';

let coordinator: TestCoordinator;
beforeAll(async () => {
  const limits = { loginsPerMinute: 5, loginsPerMinuteOfAll: 12 };
  coordinator = await startCoordinator({}, { limits, access: { recheck: 50 } });
});
afterAll(() => coordinator.stop());

const admin = <T>(path: string, body: object = {}) =>
  askHttp<T>(`${coordinator.config.paths.run}/admin.sock`, { path, body });
const list = async (): Promise<OperatorTokenView[]> =>
  (await askHttp<OperatorTokenView[]>(`${coordinator.config.paths.run}/admin.sock`, { path: '/api/operator-tokens' }))
    .body;

describe('a personal token', () => {
  test('is recognisable, random, and neither stored nor listed', async () => {
    const tokens = [await makeOperator(coordinator, 'one', 'viewer'), await makeOperator(coordinator, 'two', 'viewer')];
    for (const token of tokens) expect(token).toMatch(/^bho_[\w-]{43}$/);
    expect(tokens[0]).not.toBe(tokens[1]);
    const rows = JSON.stringify([await coordinator.open.db.select().from(operatorTokens), await list()]);
    for (const token of tokens) expect(rows).not.toContain(token.slice(4));
  });

  test('shows when it was last used, to the minute', async () => {
    const token = await makeOperator(coordinator, 'used', 'viewer');
    const lastUsed = async () => (await list()).find(({ name }) => name === 'used')?.lastUsedAtMs;
    expect(await lastUsed()).toBeNull();
    await askWith(coordinator, token, { path: '/api/status' });
    const first = await lastUsed();
    expect(first).toBeGreaterThan(Date.now() - 60_000);
    await askWith(coordinator, token, { path: '/api/status' });
    expect(await lastUsed()).toBe(first);
  });

  test('that is revoked opens nothing from the next request on', async () => {
    const token = await makeOperator(coordinator, 'soon-gone', 'admin');
    expect((await askWith(coordinator, token, { path: '/api/audit' })).status).toBe(200);
    await admin('/api/operator-tokens/soon-gone/revoke');
    expect((await askWith(coordinator, token, { path: '/api/audit' })).status).toBe(401);
  });

  test('that has expired opens nothing', async () => {
    const { body } = await admin<{ token: string }>('/api/operator-tokens', {
      name: 'short',
      role: 'viewer',
      ttlMs: 60_000,
    });
    expect((await askWith(coordinator, body.token, { path: '/api/status' })).status).toBe(200);
    await coordinator.open.db
      .update(operatorTokens)
      .set({ expiresAt: new Date(Date.now() - 1) })
      .where(eq(operatorTokens.name, 'short'));
    expect((await askWith(coordinator, body.token, { path: '/api/status' })).status).toBe(401);
  });

  test.each(['two\nlines', 'a b', '../admin', '12', '', 'x'.repeat(65), 'а'])(
    'with the name %j is not made: it would stand in logs and commands',
    async (name) => {
      expect((await admin('/api/operator-tokens', { name, role: 'viewer' })).status).toBe(400);
    },
  );

  test('with the name of another that is not revoked is not made', async () => {
    await makeOperator(coordinator, 'twin', 'viewer');
    expect((await admin('/api/operator-tokens', { name: 'twin', role: 'admin' })).status).toBe(400);
    await admin('/api/operator-tokens/twin/revoke');
    await makeOperator(coordinator, 'twin', 'viewer');
  });

  test('in the address (where logs and histories keep it) opens nothing', async () => {
    const token = await makeOperator(coordinator, 'query', 'admin');
    expect((await askHttp(coordinator.control, { path: `/api/status?token=${token}` })).status).toBe(401);
  });
});

describe('an answer that goes on (a log that is followed)', () => {
  /** A chore that no builder does: its log never ends. */
  const follow = async (headers: Record<string, string>) => {
    const { body } = await admin<{ id: number }>('/api/sync');
    await mkdir(coordinator.config.paths.logs, { recursive: true });
    await writeFile(join(coordinator.config.paths.logs, `chore-${body.id}.log`), 'begun\n');
    const response = await openHttp(coordinator.control, { path: `/api/chores/${body.id}/log`, headers });
    expect(response.statusCode).toBe(200);
    let ended = false;
    response.on('error', () => {});
    response.once('close', () => {
      ended = true;
    });
    response.resume();
    return () => ended;
  };

  test('ends when the token that asked for it is revoked', async () => {
    const token = await makeOperator(coordinator, 'follower', 'viewer');
    const isEnded = await follow(bearer(token));
    const isOtherEnded = await follow(bearer(await makeOperator(coordinator, 'other', 'viewer')));
    await admin('/api/operator-tokens/follower/revoke');
    await waitFor(isEnded, { what: 'the answer to end' });
    expect(isOtherEnded()).toBe(false);
  });

  test('ends when the session that asked for it logs out', async () => {
    const session = await logIn(coordinator, await makeOperator(coordinator, 'page', 'viewer'));
    const isEnded = await follow({ Cookie: session.cookie });
    await askAs(coordinator, session, { path: '/api/logout', method: 'POST' });
    await waitFor(isEnded, { what: 'the answer to end' });
  });
});

describe('guessing', () => {
  /** Shows a token from an address of its own. */
  const guess = (token: string, localAddress: string): Promise<{ status: number; retryAfter: string | undefined }> =>
    new Promise((resolve, reject) => {
      const [host, port] = coordinator.control.split(':');
      const options = { host, port, localAddress, path: '/api/status', headers: bearer(token), agent: false };
      request(options, (response) => {
        response.resume();
        resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] });
      })
        .on('error', reject)
        .end();
    });

  test('is stopped after limits.loginsPerMinute of one address; others are let in', async () => {
    const known = await makeOperator(coordinator, 'steady', 'viewer');
    expect((await guess(known, '127.0.0.2')).status).toBe(200);
    const statuses = [];
    for (let n = 0; n < 6; n++) statuses.push((await guess(`bho_${n}`, '127.0.0.2')).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    const refused = await guess('bho_again', '127.0.0.2');
    expect(Number(refused.retryAfter)).toBeGreaterThan(0);
    expect((await guess('bho_elsewhere', '127.0.0.3')).status).toBe(401);
    expect((await guess(known, '127.0.0.3')).status).toBe(200);
  });

  test('of a stranger locks out nobody whose token was right before', async () => {
    const known = await makeOperator(coordinator, 'inside', 'viewer');
    expect((await guess(known, '127.0.0.4')).status).toBe(200);
    for (let n = 0; n < 6; n++) await guess('bho_guess', '127.0.0.4');
    expect((await guess('bho_guess', '127.0.0.4')).status).toBe(429);
    expect((await guess(known, '127.0.0.4')).status).toBe(200);
  });

  test('from many addresses is stopped by limits.loginsPerMinuteOfAll', async () => {
    const statuses = new Set<number>();
    for (let n = 10; n < 30; n++) statuses.add((await guess('bho_guess', `127.0.1.${n}`)).status);
    expect(statuses).toContain(429);
  });

  test('with a token of 1 MB is refused before it is read', async () => {
    const answer = await askHttp(coordinator.control, {
      path: '/api/login',
      body: { token: 'x'.repeat(1_000_000) },
    }).catch(() => ({ status: 413 }));
    expect(answer.status).toBe(413);
  });
});
