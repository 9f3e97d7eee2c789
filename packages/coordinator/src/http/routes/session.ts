import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Operators } from '../../access/operators.ts';
import type { Caller } from '../../access/roles.ts';
import { clearSessionCookie, readSessionCookie, sendSessionCookie } from '../session-cookie.ts';

/** How a web page opens and ends a session: the personal token is shown once, then a cookie that scripts can't read. */
export function sessionRoutes(server: FastifyInstance, operators: Operators): void {
  const app = server.withTypeProvider<ZodTypeProvider>();
  app.post('/api/login', { schema: { body: loginBody } }, async (request, reply) => {
    const former = readSessionCookie(request);
    const { caller, csrfToken, secret } = await operators.login(request.body.token, request.ip, former);
    request.caller = caller;
    sendSessionCookie(request, reply, secret);
    return sessionView(caller, csrfToken);
  });
  app.post('/api/logout', async (request, reply) => {
    if (request.caller?.sessionId !== undefined) await operators.logout(request.caller.sessionId);
    clearSessionCookie(request, reply);
    return {};
  });
  app.get('/api/session', ({ caller, csrfToken }) => sessionView(caller, csrfToken));
}

const loginBody = z.object({ token: z.string().min(1).max(200) });

function sessionView(caller: Caller | undefined, csrfToken: string | undefined) {
  return {
    kind: caller?.kind,
    name: caller?.name,
    role: caller?.role,
    /** For the header X-CSRF-Token of whatever changes something; null: none is needed. */
    csrfToken: csrfToken ?? null,
  };
}
