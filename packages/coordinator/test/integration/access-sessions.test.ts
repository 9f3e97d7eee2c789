import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operatorTokens, sessions } from '../../src/access/operator-tables.ts';
import { askHttp } from './ask-http.ts';
import { askAs, cookieOf, logIn, makeOperator, type TestSession } from './make-operator.ts';
import { startCoordinator, type TestCoordinator } from './start-coordinator.ts';

/** The web page's way in, as a browser and as an attacker use it. Time passes by moving the rows' times back. */
let coordinator: TestCoordinator;
let anna: string;
const status = { path: '/api/status' };
const deed = { path: '/api/builds/999/retry', method: 'POST' };
const hours = (n: number) => new Date(Date.now() - n * 3_600_000);

beforeAll(async () => {
  coordinator = await startCoordinator({}, { access: { maxSessions: 3 } });
  anna = await makeOperator(coordinator, 'anna', 'operator');
});
afterAll(() => coordinator.stop());

const logInAnna = (headers?: Record<string, string>): Promise<TestSession> => logIn(coordinator, anna, headers);
const codeOf = async (session: Partial<TestSession>, ask: Parameters<typeof askAs>[2]) => {
  const { status: code, body } = await askAs(coordinator, session, ask);
  return code === 200 ? 200 : `${code} ${body.error.code}`;
};
const change = (values: Partial<typeof sessions.$inferInsert>) => coordinator.open.db.update(sessions).set(values);

describe('a login', () => {
  test('sets a cookie that no script can read and no other site can have sent along', async () => {
    const { headers, body } = await askHttp(coordinator.control, { path: '/api/login', body: { token: anna } });
    expect(headers['set-cookie']?.[0]).toMatch(/^binhost-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(body).toMatchObject({ kind: 'session', name: 'anna', role: 'operator' });
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });

  test('behind TLS the cookie is Secure and bound to this host', async () => {
    const ask = { path: '/api/login', body: { token: anna }, headers: { 'X-Forwarded-Proto': 'https' } };
    const { headers } = await askHttp(coordinator.control, ask);
    expect(headers['set-cookie']?.[0]).toMatch(
      /^__Host-binhost-session=.*; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
  });

  test('with a made-up, a revoked and an expired token is refused with the same words', async () => {
    const [revoked, expired] = [
      await makeOperator(coordinator, 'gone', 'admin'),
      await makeOperator(coordinator, 'late', 'admin'),
    ];
    await askHttp(`${coordinator.config.paths.run}/admin.sock`, {
      path: '/api/operator-tokens/gone/revoke',
      method: 'POST',
    });
    await coordinator.open.db
      .update(operatorTokens)
      .set({ expiresAt: hours(1) })
      .where(eq(operatorTokens.name, 'late'));
    const answers = [];
    for (const token of ['guess', revoked, expired]) {
      answers.push(await askHttp(coordinator.control, { path: '/api/login', body: { token } }));
    }
    expect(answers.map((answer) => answer.status)).toEqual([401, 401, 401]);
    expect(new Set(answers.map(({ body }) => body.error.message)).size).toBe(1);
    expect(answers.every(({ headers }) => headers['set-cookie'] === undefined)).toBe(true);
  });

  test('with a planted cookie (session fixation) gives another value, and the planted one opens nothing', async () => {
    const planted = `binhost-session=${'A'.repeat(43)}`;
    const { cookie } = await logInAnna({ Cookie: planted });
    expect(cookie).not.toBe(planted);
    expect(await codeOf({ cookie: planted }, status)).toBe('401 NOT_ALLOWED');
  });

  test("with the attacker's own open session planted ends that session", async () => {
    const planted = await logInAnna();
    await logInAnna({ Cookie: planted.cookie });
    expect(await codeOf(planted, status)).toBe('401 NOT_ALLOWED');
  });

  test('beyond access.maxSessions ends the oldest session', async () => {
    const oldest = await logInAnna();
    await change({ usedAt: hours(1) });
    for (let n = 0; n < 3; n++) await logInAnna();
    expect(await codeOf(oldest, status)).toBe('401 NOT_ALLOWED');
  });
});

describe('a session', () => {
  test('is stored as a hash: who reads the database can open nothing', async () => {
    const { cookie } = await logInAnna();
    const rows = JSON.stringify(await coordinator.open.db.select().from(sessions));
    expect(rows).not.toContain(cookie.split('=')[1]);
  });

  test('gets a new value after access.sessionRotate; the former holds for requests under way alone', async () => {
    const session = await logInAnna();
    await change({ rotatedAt: hours(1) });
    const answer = await askAs(coordinator, session, status);
    const renewed = { ...session, cookie: cookieOf(answer.headers) ?? '' };
    expect(renewed.cookie).toMatch(/^binhost-session=[\w-]{43}$/);
    expect(renewed.cookie).not.toBe(session.cookie);
    expect(await codeOf(session, status)).toBe(200);
    expect(await codeOf(renewed, deed)).toBe('404 NOT_FOUND');
  });

  test('whose former value is shown late (a stolen cookie) ends for both', async () => {
    const session = await logInAnna();
    await change({ rotatedAt: hours(1) });
    const renewed = { ...session, cookie: cookieOf((await askAs(coordinator, session, status)).headers) ?? '' };
    await change({ rotatedAt: new Date(Date.now() - 60_000) });
    expect(await codeOf(session, status)).toBe('401 NOT_ALLOWED');
    expect(await codeOf(renewed, status)).toBe('401 NOT_ALLOWED');
  });

  test('has the new role of its token at once, and a new value', async () => {
    const session = await logInAnna();
    const setRole = (role: string) =>
      askHttp(`${coordinator.config.paths.run}/admin.sock`, { path: '/api/operator-tokens/anna/role', body: { role } });
    await setRole('viewer');
    const refused = await askAs(coordinator, session, deed);
    expect(refused.body.error.code).toBe('ROLE_TOO_SMALL');
    expect(cookieOf(refused.headers)).not.toBe(session.cookie);
    await setRole('operator');
  });

  test.each([
    ['asks nothing for longer than access.sessionIdle', { usedAt: hours(13) }],
    ['is older than access.sessionMax', { createdAt: hours(24 * 8) }],
  ])('that %s has ended', async (_what, values) => {
    const session = await logInAnna();
    await change(values);
    expect(await codeOf(session, status)).toBe('401 NOT_ALLOWED');
  });

  test('ends at logout: its value opens nothing any more', async () => {
    const session = await logInAnna();
    const answer = await askAs(coordinator, session, { path: '/api/logout', method: 'POST' });
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^binhost-session=;/);
    expect(await codeOf(session, status)).toBe('401 NOT_ALLOWED');
  });

  test('ends when its token is revoked', async () => {
    const token = await makeOperator(coordinator, 'ben', 'admin');
    const session = await logIn(coordinator, token);
    expect(await codeOf(session, status)).toBe(200);
    await askHttp(`${coordinator.config.paths.run}/admin.sock`, {
      path: '/api/operator-tokens/ben/revoke',
      method: 'POST',
    });
    expect(await codeOf(session, status)).toBe('401 NOT_ALLOWED');
  });
});

describe('a forged request (CSRF)', () => {
  test("with the cookie but without the session's CSRF token is refused", async () => {
    const { cookie } = await logInAnna();
    expect(await codeOf({ cookie }, deed)).toBe('403 FOREIGN_ORIGIN');
    expect(await codeOf({ cookie, csrfToken: 'guess' }, deed)).toBe('403 FOREIGN_ORIGIN');
  });

  test('with the CSRF token of another session is refused', async () => {
    const [one, other] = [await logInAnna(), await logInAnna()];
    expect(await codeOf({ ...one, csrfToken: other.csrfToken }, deed)).toBe('403 FOREIGN_ORIGIN');
    expect(await codeOf(one, deed)).toBe('404 NOT_FOUND');
  });

  test.each([
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
    { Origin: 'http://127.0.0.1:1' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
  ])('of a foreign origin %j is refused, whatever it shows', async (headers) => {
    const session = await logInAnna();
    expect(await codeOf(session, { ...deed, headers: headers as never })).toBe('403 FOREIGN_ORIGIN');
    const withToken = { Authorization: `Bearer ${anna}`, ...headers } as never;
    expect(await codeOf({}, { ...deed, headers: withToken })).toBe('403 FOREIGN_ORIGIN');
    const login = { path: '/api/login', body: { token: anna }, headers: headers as never };
    expect(await codeOf({}, login)).toBe('403 FOREIGN_ORIGIN');
  });

  test('as a form (no JSON) cannot log in or do a deed', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect((await askHttp(coordinator.control, { path: '/api/login', method: 'POST', headers })).status).toBe(415);
  });

  test('of our own page is let in', async () => {
    const session = await logInAnna();
    const headers = { Origin: `http://${coordinator.control}`, 'Sec-Fetch-Site': 'same-origin' };
    expect(await codeOf(session, { ...deed, headers })).toBe('404 NOT_FOUND');
  });

  test('no answer allows another origin to read it (CORS)', async () => {
    const session = await logInAnna();
    const { headers } = await askAs(coordinator, session, status);
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  test('a WebSocket that a web page opens is refused', async () => {
    const upgrade = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      Origin: `http://${coordinator.control}`,
      Authorization: 'Bearer of the nodes',
    };
    expect((await askHttp(coordinator.control, { path: '/agent', headers: upgrade })).status).toBe(403);
  });
});
