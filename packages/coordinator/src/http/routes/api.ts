import { BUILD_STATES, nodeNameValue } from '@binhost/shared/protocol';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApiReads } from '../api-reads.ts';
import { lineValue } from './line-value.ts';

/**
 * `/api/…`: what stands in the tables, as the views of the step status. The same on the control listener, view.sock and
 * admin.sock; nothing here changes anything.
 */
export function apiRoutes(server: FastifyInstance, reads: ApiReads): void {
  const app = server.withTypeProvider<ZodTypeProvider>();
  app.get('/api/status', () => reads.status());
  app.get('/api/nodes', () => reads.nodes());
  app.get('/api/nodes/:name', { schema: { params: z.object({ name: nodeNameValue }) } }, ({ params }) =>
    reads.node(params.name),
  );
  app.get('/api/demand', () => reads.demand());
  app.get('/api/builds', { schema: { querystring: z.object({ state: buildStates }) } }, ({ query }) =>
    reads.builds(query.state),
  );
  app.get('/api/builds/:id', { schema: { params: buildParams } }, ({ params }) => reads.build(params.id));
  app.get('/api/policies', () => reads.policies());
  app.get('/api/keys', () => reads.keys());
  app.get('/api/garbage', { schema: { querystring: garbageQuery } }, ({ query }) => reads.garbage(query.keepMs));
  app.get('/api/why', { schema: { querystring: whyQuery } }, ({ query }) => reads.why(query.about, query.node));
  app.get('/api/builds/:id/log', { schema: { params: buildParams, querystring: logQuery } }, async (request, reply) => {
    const { params, query } = request;
    const gone = new AbortController();
    request.raw.socket.once('close', () => gone.abort());
    const log = await reads.log({ buildId: params.id, follow: query.follow === '1', signal: gone.signal });
    return reply.type('text/plain; charset=utf-8').header('X-Accel-Buffering', 'no').send(log);
  });
}

const garbageQuery = z.object({ keepMs: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER) });
const whyQuery = z.object({ about: lineValue(300).min(1), node: nodeNameValue.optional() });
const buildParams = z.object({ id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) });
const logQuery = z.object({ follow: z.enum(['0', '1']).optional() });

/** `?state=failed` or `?state=queued,blocked`; absent: all. */
const buildStates = z
  .string()
  .max(500)
  .optional()
  .transform((text) => text?.split(',').filter(Boolean))
  .pipe(z.array(z.enum(BUILD_STATES)).optional());
