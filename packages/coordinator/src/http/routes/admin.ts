import { nodeNameValue } from '@binhost/shared/protocol';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { coordinatorError } from '../../coordinator-errors.ts';
import type { ChoreActions } from '../chore-actions.ts';

/** What only admin.sock may ask for. */
export interface AdminActions {
  /** Asks agents to look now; @returns names of the nodes that were asked */
  askLook(reason: string, nodeName?: string): string[];
}

const choreParams = z.object({ id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) });
const lookBody = z.object({ node: nodeNameValue.optional() }).nullish();

/** Routes of admin.sock beyond the API. */
export function adminRoutes(server: FastifyInstance, actions: AdminActions & ChoreActions): void {
  const app = server.withTypeProvider<ZodTypeProvider>();
  app.post('/api/sync', () => actions.sync());
  app.post('/api/keys/rotate', () => actions.rotateKey());
  app.get('/api/chores/:id', { schema: { params: choreParams } }, ({ params }) => actions.chore(params.id));
  app.get('/api/chores/:id/log', { schema: { params: choreParams } }, async (request, reply) => {
    const gone = new AbortController();
    request.raw.socket.once('close', () => gone.abort());
    return reply.type('text/plain; charset=utf-8').send(await actions.choreLog(request.params.id, gone.signal));
  });
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
