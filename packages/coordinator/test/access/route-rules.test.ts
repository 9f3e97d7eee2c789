import { expect, test } from 'vitest';
import { LOCAL_VIEW, NODE, ROLES, type Role } from '../../src/access/roles.ts';
import { mayUse, ROUTE_RULES, ruleOf } from '../../src/access/route-rules.ts';

const routes = Object.entries(ROUTE_RULES);
const isReading = (route: string) => route.startsWith('GET ');

test('whatever changes something has words for the audit log, and reading has none', () => {
  expect(
    routes.filter(([route, { deed }]) => isReading(route) !== (deed === undefined)).map(([route]) => route),
  ).toEqual([]);
});

test('no rule lets a field into the audit log that holds a secret', () => {
  const named = routes.flatMap(([, { about = [] }]) => about);
  expect(named.filter((name) => /token|secret|password|(?<!public)key/i.test(name))).toEqual([]);
});

test('nobody but a viewer or more may change anything, but log in, join and leave', () => {
  const open = routes.filter(([route, rule]) => !isReading(route) && rule.least === 'anybody').map(([route]) => route);
  expect(open).toEqual(['POST /api/login', 'POST /join', 'POST /leave']);
});

test('a node may change nothing, and the role viewer only log out', () => {
  const deeds = routes.filter(([route, { least }]) => !isReading(route) && least !== 'anybody');
  expect(deeds.filter(([, rule]) => mayUse(NODE, rule))).toEqual([]);
  expect(deeds.filter(([, rule]) => mayUse(LOCAL_VIEW, rule)).map(([route]) => route)).toEqual(['POST /api/logout']);
});

test('each role may do what the one before it may', () => {
  const may = (role: Role) =>
    routes.filter(([, rule]) => mayUse({ kind: 'token', name: 'x', role }, rule)).map(([route]) => route);
  for (const [n, role] of ROLES.slice(1).entries()) {
    expect(may(role)).toEqual(expect.arrayContaining(may(ROLES[n] as Role)));
    expect(may(role).length).toBeGreaterThan(may(ROLES[n] as Role).length);
  }
});

test('HEAD is judged as GET, and what is no route has no rule', () => {
  expect(ruleOf('HEAD', '/api/audit')).toBe(ruleOf('GET', '/api/audit'));
  expect(ruleOf('PUT', '/api/audit')).toBeUndefined();
});
