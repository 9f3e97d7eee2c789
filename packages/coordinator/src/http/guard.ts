import type { Clock } from '@binhost/shared/time';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { auditEntry } from '../access/audit-entry.ts';
import { isForeignOrigin } from '../access/foreign-origin.ts';
import { OPERATOR_TOKEN_PREFIX } from '../access/operator-token.ts';
import { notAllowed, type Operators } from '../access/operators.ts';
import { type Caller, callerText, LOCAL_ADMIN, LOCAL_VIEW, NODE } from '../access/roles.ts';
import { mayUse, type RouteRule, ruleOf } from '../access/route-rules.ts';
import { coordinatorError } from '../coordinator-errors.ts';
import type { Logger } from '../log.ts';
import { watchOpenAnswers } from './open-answers.ts';
import { readSessionCookie, sendSessionCookie } from './session-cookie.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; undefined until that is known. */
    caller: Caller | undefined;
    /** Of the caller's session. */
    csrfToken: string | undefined;
  }
}

/** Where a request comes in. */
export type Door =
  | { kind: 'view' | 'admin' }
  /** @param isNode whether an Authorization header shows a node */
  | { kind: 'control'; isNode: (authorization: string | undefined) => boolean; origins: readonly string[] };

export interface GuardParts {
  door: Door;
  operators: Operators;
  /** How often it is asked whether an open answer may still be read, milliseconds. */
  recheckMs: number;
  clock: Clock;
  log: Logger;
}

/**
 * Stands before every route that is registered after it: finds out who asks, whether that may be, and keeps what was done.
 * A route without a rule is an error at start, so none can be forgotten. Nothing of a body is read before the caller is known.
 */
export function guard(app: FastifyInstance, parts: GuardParts): void {
  const { door, operators, log } = parts;
  app.decorateRequest('caller', undefined);
  app.decorateRequest('csrfToken', undefined);
  app.addHook('onRoute', ({ method, url }) => {
    for (const verb of [method].flat()) {
      if (!ruleOf(verb, url)) throw new Error(`expected a rule for ${verb} ${url} in route-rules.ts`);
    }
  });
  app.addHook('onRequest', async (request, reply) => {
    const rule = ruleOfRequest(request);
    if (door.kind === 'control') refuseForeignOrigin(request, door.origins);
    if (rule?.least === 'anybody') return;
    request.caller = await callerAt(door, operators, { request, reply });
    if (rule && !mayUse(request.caller, rule)) throw roleTooSmall(request.caller, rule, door);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    await keep(operators, request, reply).catch((err: unknown) => log.error({ err }, 'audit entry not kept'));
    return payload;
  });
  watchOpenAnswers(app, parts);
}

interface Exchange {
  request: FastifyRequest;
  reply: FastifyReply;
}

/** @throws NOT_ALLOWED, TOO_MANY_ATTEMPTS, FOREIGN_ORIGIN */
async function callerAt(door: Door, operators: Operators, { request, reply }: Exchange): Promise<Caller> {
  if (door.kind !== 'control') return door.kind === 'admin' ? LOCAL_ADMIN : LOCAL_VIEW;
  const { authorization } = request.headers;
  const secret = readSessionCookie(request);
  if (authorization === undefined && secret !== undefined) {
    const { caller, csrfToken, renewed } = await operators.bySession(secret);
    if (renewed !== undefined) sendSessionCookie(request, reply, renewed);
    if (!isReading(request) && request.headers['x-csrf-token'] !== csrfToken) throw wrongCsrfToken();
    request.csrfToken = csrfToken;
    return caller;
  }
  const [, token] = /^Bearer +(\S{1,200})$/i.exec(authorization ?? '') ?? [];
  if (!token?.startsWith(OPERATOR_TOKEN_PREFIX) && door.isNode(authorization)) return NODE;
  if (token !== undefined) return operators.byToken(token, request.ip);
  throw notAllowed('expected a personal token as Authorization: Bearer TOKEN, or an open session, got neither');
}

function refuseForeignOrigin(request: FastifyRequest, origins: readonly string[]): void {
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const headers = { origin, host, 'sec-fetch-site': typeof site === 'string' ? site : undefined };
  if (!isForeignOrigin(headers, origins, isReading(request))) return;
  throw coordinatorError('FOREIGN_ORIGIN', 'expected a request of our own web page, got one of another origin', {
    hint: 'Where a proxy shows the page under another name, add that to access.origins.',
  });
}

function wrongCsrfToken() {
  return coordinatorError('FOREIGN_ORIGIN', "expected the session's CSRF token in the header X-CSRF-Token", {
    hint: 'GET /api/session tells it.',
  });
}

function roleTooSmall(caller: Caller, rule: RouteRule, door: Door) {
  const hint =
    door.kind === 'view'
      ? 'Run the command as root: it is done over admin.sock.'
      : `An admin can change it: binhost-coordinator token role ${caller.name || 'WHO'} ${rule.least}`;
  return coordinatorError(
    'ROLE_TOO_SMALL',
    `expected the role ${rule.least} for this, got ${caller.role ?? 'a node'}`,
    {
      hint,
    },
  );
}

/** What belongs into the audit log is there before the answer is. */
async function keep(operators: Operators, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const entry = auditEntry({
    caller: request.caller,
    rule: ruleOfRequest(request),
    route: `${request.method} ${request.routeOptions.url ?? 'an unknown path'}`,
    address: request.ip || 'local',
    values: { ...(request.body as object | undefined), ...(request.params as object | undefined) },
    status: reply.statusCode,
    code: request.refusal,
  });
  if (!entry) return;
  request.log.debug({ who: request.caller && callerText(request.caller), deed: entry.deed }, 'deed kept');
  await operators.record(entry);
}

function ruleOfRequest({ method, routeOptions }: FastifyRequest): RouteRule | undefined {
  return routeOptions.url === undefined ? undefined : ruleOf(method, routeOptions.url);
}

function isReading({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}
