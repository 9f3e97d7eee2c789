import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Operators } from '../../access/operators.ts';
import { type Caller, callerText, ROLES } from '../../access/roles.ts';

/** Personal tokens and the audit log. */
export function operatorsRoutes(server: FastifyInstance, operators: Operators): void {
  const app = server.withTypeProvider<ZodTypeProvider>();
  app.get('/api/audit', { schema: { querystring: auditQuery } }, ({ query }) => operators.entries(query.limit));
  app.get('/api/operator-tokens', () => operators.list());
  app.post('/api/operator-tokens', { schema: { body: tokenBody } }, ({ body, caller }) =>
    operators.create(body, callerText(caller as Caller)),
  );
  app.post('/api/operator-tokens/:id/revoke', { schema: { params: idParams } }, ({ params }) =>
    operators.revoke(params.id),
  );
  app.post('/api/operator-tokens/:id/role', { schema: { params: idParams, body: roleBody } }, ({ params, body }) =>
    operators.setRole(params.id, body.role),
  );
}

const idParams = z.object({ id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) });
const auditQuery = z.object({ limit: z.coerce.number().int().min(1).max(10_000).default(100) });
const roleBody = z.object({ role: z.enum(ROLES) });
/** A hundred years. */
const MAX_TTL_MS = 100 * 365 * 24 * 3_600_000;
const tokenBody = z.object({
  // Names stand in the audit log and in commands.
  name: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}$/, 'expected letters, digits and . _ @ - as the name'),
  role: z.enum(ROLES),
  ttlMs: z.number().int().min(1000).max(MAX_TTL_MS).optional(),
});
