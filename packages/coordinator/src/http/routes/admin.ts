import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { coordinatorError } from '../../coordinator-errors.ts';

/** What only admin.sock may ask for. */
export interface AdminActions {
  /** Asks agents to look now; @returns names of the nodes that were asked */
  askLook(reason: string, nodeName?: string): string[];
}

const lookBody = z.object({ node: z.string().max(63).optional() }).nullish();

/** Routes of admin.sock beyond the API. */
export function adminRoutes(server: FastifyInstance, actions: AdminActions): void {
  const app = server.withTypeProvider<ZodTypeProvider>();
  app.post('/api/look', { schema: { body: lookBody } }, async ({ body }) => {
    const asked = actions.askLook('asked for on the binhost', body?.node);
    if (body?.node !== undefined && asked.length === 0) {
      throw coordinatorError('NOT_FOUND', `expected a node that is online, got '${body.node}'`, {
        hint: 'binhost-coordinator nodes shows who is online.',
      });
    }
    return { asked };
  });
}
