import { type Caller, hasRole, type Role } from './roles.ts';

/** Who may use a route, and what the audit log says of its use. */
export interface RouteRule {
  /** The least role; `anybody` needs to show nothing. */
  least: Role | 'anybody';
  /** Nodes may use it too. */
  forNodes?: true;
  /** In words, for the audit log; absent: it changes nothing, so only a refusal is kept. */
  deed?: string;
  /** Names of parameters and body fields that say what it was done to. Never one that holds a secret. */
  about?: readonly string[];
}

/**
 * Every route of the API, once: a server refuses to start with a route that is missing here. The same on all doors:
 * view.sock comes with the role viewer, admin.sock with the role admin.
 */
export const ROUTE_RULES: Readonly<Record<string, RouteRule>> = {
  'GET /health': { least: 'anybody' },
  'POST /api/login': { least: 'anybody', deed: 'log in' },
  'POST /api/logout': { least: 'viewer', deed: 'log out' },
  'GET /api/session': { least: 'viewer' },
  // A machine that joins is nobody yet: the token in the body decides.
  'POST /join': { least: 'anybody', deed: 'join', about: ['nodeName'] },
  // Its own key signs what it says.
  'POST /leave': { least: 'anybody', deed: 'leave', about: ['publicKey'] },

  'GET /api/status': { least: 'viewer' },
  'GET /api/nodes': { least: 'viewer' },
  'GET /api/nodes/:name': { least: 'viewer' },
  'GET /api/demand': { least: 'viewer' },
  // `binhost-agent log` shows a node's owner the log of a build that the node waits for.
  'GET /api/builds': { least: 'viewer', forNodes: true },
  'GET /api/builds/:id': { least: 'viewer' },
  'GET /api/builds/:id/log': { least: 'viewer', forNodes: true },
  'GET /api/policies': { least: 'viewer' },
  'GET /api/garbage': { least: 'viewer' },
  'GET /api/why': { least: 'viewer' },
  'GET /api/chores/:id': { least: 'viewer' },
  'GET /api/chores/:id/log': { least: 'viewer' },

  'POST /api/look': { least: 'operator', deed: 'ask for a look', about: ['node'] },
  'POST /api/sync': { least: 'operator', deed: 'sync the repositories' },
  'POST /api/builds/:id/cancel': { least: 'operator', deed: 'cancel a build', about: ['id', 'reason'] },
  'POST /api/builds/:id/retry': { least: 'operator', deed: 'retry a build', about: ['id', 'reason'] },
  'POST /api/builds/:id/hold': { least: 'operator', deed: 'hold a build', about: ['id', 'reason'] },
  'POST /api/builds/:id/approve': { least: 'operator', deed: 'approve a build', about: ['id', 'reason'] },
  'POST /api/packages/hold': { least: 'operator', deed: 'hold a package', about: ['atom', 'reason'] },
  'POST /api/requests': { least: 'operator', deed: 'request a build', about: ['atom', 'use', 'pool'] },
  'POST /api/policies': {
    least: 'operator',
    deed: 'set a policy',
    about: ['kind', 'name', 'verdict', 'stage', 'reason'],
  },
  'POST /api/policies/:id/remove': { least: 'operator', deed: 'remove a policy', about: ['id'] },

  'GET /api/keys': { least: 'viewer' },
  'POST /api/keys/rotate': { least: 'admin', deed: 'rotate the signing key' },
  'GET /api/identities': { least: 'viewer' },
  'POST /api/identities/:name/revoke': { least: 'admin', deed: 'revoke a node', about: ['name', 'reason'] },
  'GET /api/tokens': { least: 'operator' },
  'POST /api/tokens': { least: 'admin', deed: 'create a join token', about: ['name', 'pool', 'ttlMs'] },
  'POST /api/tokens/:id/revoke': { least: 'admin', deed: 'revoke a join token', about: ['id'] },
  'GET /api/audit': { least: 'admin' },
  'GET /api/operator-tokens': { least: 'admin' },
  'POST /api/operator-tokens': { least: 'admin', deed: 'create a personal token', about: ['name', 'role', 'ttlMs'] },
  'POST /api/operator-tokens/:name/role': { least: 'admin', deed: 'change a role', about: ['name', 'role'] },
  'POST /api/operator-tokens/:name/revoke': { least: 'admin', deed: 'revoke a personal token', about: ['name'] },
};

/** @param url the route's pattern, `/api/builds/:id`; HEAD is what GET is */
export function ruleOf(method: string, url: string): RouteRule | undefined {
  return ROUTE_RULES[`${method === 'HEAD' ? 'GET' : method} ${url}`];
}

/** Whether a caller may use a route. */
export function mayUse(caller: Caller, rule: RouteRule): boolean {
  if (rule.least === 'anybody') return true;
  return caller.role === undefined ? rule.forNodes === true : hasRole(caller, rule.least);
}
