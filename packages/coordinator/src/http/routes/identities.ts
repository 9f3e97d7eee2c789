import { nodeNameValue } from '@binhost/shared/protocol';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { IdentityActions } from '../identity-actions.ts';

const params = z.object({ name: nodeNameValue });
const body = z.object({ reason: z.string().max(500).default('') });

/** Routes of the nodes' identities: who has joined, and taking that back. */
export function identityRoutes(server: FastifyInstance, actions: IdentityActions): void {
  const app = server.withTypeProvider<ZodTypeProvider>();
  app.get('/api/identities', () => actions.list());
  app.post('/api/identities/:name/revoke', { schema: { params, body } }, (request) =>
    actions.revoke(request.params.name, request.body.reason),
  );
}
