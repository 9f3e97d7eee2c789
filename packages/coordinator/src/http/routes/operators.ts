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
  app.post('/api/operator-tokens/:name/revoke', { schema: { params: nameParams } }, ({ params }) =>
    operators.revoke(params.name),
  );
  app.post('/api/operator-tokens/:name/role', { schema: { params: nameParams, body: roleBody } }, ({ params, body }) =>
    operators.setRole(params.name, body.role),
  );
}

// Names stand in the audit log and in commands; a number there is a join token.
const name = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_.@-]{0,63}$/, 'expected a letter first, then letters, digits and . _ @ -');
const nameParams = z.object({ name });
const auditQuery = z.object({ limit: z.coerce.number().int().min(1).max(10_000).default(100) });
const roleBody = z.object({ role: z.enum(ROLES) });
/** A hundred years. */
const MAX_TTL_MS = 100 * 365 * 24 * 3_600_000;
const tokenBody = z.object({
  name,
  role: z.enum(ROLES),
  ttlMs: z.number().int().min(1000).max(MAX_TTL_MS).optional(),
});
