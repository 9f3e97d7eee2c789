import { stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROLES, type Role } from '../../src/access/roles.ts';
import { ROUTE_RULES, type RouteRule } from '../../src/access/route-rules.ts';
import { createServer } from '../../src/http/create-server.ts';
import { guard } from '../../src/http/guard.ts';
import { askHttp, bearer, openHttp } from './ask-http.ts';
import { startCoordinator, type TestCoordinator } from './start-coordinator.ts';
import { joinAgent, type TestAgent } from './test-agent.ts';

/** Every route through every door, held against the one table of rules. */
let node: TestAgent;
let readToken: string;

let coordinator: TestCoordinator;
const tokens: Partial<Record<Role, string>> = {};
const socket = (name: 'view' | 'admin') => `${coordinator.config.paths.run}/${name}.sock`;

beforeAll(async () => {
  coordinator = await startCoordinator();
  node = await joinAgent(coordinator);
  readToken = (await node.hear('welcome')).readToken ?? '';
  for (const role of ROLES) {
    const { body } = await askHttp(socket('admin'), { path: '/api/operator-tokens', body: { name: role, role } });
    tokens[role] = body.token;
  }
});
afterAll(async () => {
  await node.leave();
  await coordinator.stop();
});

/** The status alone: some answers never end. */
async function statusOf(where: string, route: string, headers: Record<string, string> = {}): Promise<number> {
  const [method = '', pattern = ''] = route.split(' ');
  const path = pattern.replace(':id', '999').replace(':name', 'nobody');
  const response = await openHttp(where, { method, path, headers });
  response.destroy();
  return response.statusCode ?? 0;
}

/** What the table says for a role. */
function expectedOf(rule: RouteRule, role: Role): 'in' | 403 {
  return rule.least === 'anybody' || ROLES.indexOf(role) >= ROLES.indexOf(rule.least) ? 'in' : 403;
}

const isIn = (status: number): 'in' | number => (status === 401 || status === 403 ? status : 'in');
const routes = Object.entries(ROUTE_RULES);

describe.each(routes)('%s', (route, rule) => {
  test('without a token or session it is refused with 401', async () => {
    const expected = rule.least === 'anybody' ? 'in' : 401;
    expect(isIn(await statusOf(coordinator.control, route))).toBe(route === 'POST /api/login' ? 'in' : expected);
  });

  test('a made-up token is refused with 401', async () => {
    if (rule.least === 'anybody') return;
    // A right one first: its address has its attempts back.
    expect(await statusOf(coordinator.control, route, bearer(`bho_${'A'.repeat(43)}`))).toBeOneOf([401, 429]);
  });

  test('the token that the link brings a node opens only what nodes read', async () => {
    const expected = rule.least === 'anybody' || rule.forNodes ? 'in' : 403;
    expect(isIn(await statusOf(coordinator.control, route, bearer(readToken)))).toBe(expected);
  });

  test.each(ROLES)('a token with the role %s is let in or refused as the table says', async (role) => {
    if (rule.least === 'anybody') return;
    expect(isIn(await statusOf(coordinator.control, route, bearer(tokens[role] ?? '')))).toBe(expectedOf(rule, role));
  });

  test('view.sock does no deed, admin.sock does all', async () => {
    if (/login|logout|session/.test(route)) return;
    expect(isIn(await statusOf(socket('view'), route))).toBe(expectedOf(rule, 'viewer'));
    expect(isIn(await statusOf(socket('admin'), route))).toBe('in');
  });
});

test('a refusal names the role that may', async () => {
  const ask = { path: '/api/sync', method: 'POST' };
  const answer = await askHttp(coordinator.control, { ...ask, headers: bearer(tokens.viewer ?? '') });
  expect(answer.body.error).toMatchObject({
    code: 'ROLE_TOO_SMALL',
    message: 'expected the role operator for this, got viewer',
  });
  expect((await askHttp(socket('view'), ask)).body.error.hint).toContain('admin.sock');
});

test('a server with a route that no rule names does not start', () => {
  const app = createServer(coordinator.log.log);
  guard(app, { door: { kind: 'view' } } as never);
  expect(() => app.get('/api/forgotten', () => 'secret')).toThrow('route-rules.ts');
});

test('the sockets have the rights that stand for their doors', async () => {
  expect((await stat(socket('admin'))).mode & 0o777).toBe(0o600);
  expect([0o600, 0o660]).toContain((await stat(socket('view'))).mode & 0o777);
});

test('health tells nothing but whether it works', async () => {
  expect((await askHttp(coordinator.control, { path: '/health' })).body).toEqual({ status: 'ok' });
});
