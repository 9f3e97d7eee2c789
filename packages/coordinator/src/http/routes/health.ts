import type { FastifyInstance } from 'fastify';

/** `GET /health`: 200 while the database answers, else 503. Open to everybody; it tells nothing else. */
export function healthRoutes(app: FastifyInstance, isDatabaseAlive: () => Promise<boolean>): void {
  app.get('/health', async (_request, reply) => {
    const alive = await isDatabaseAlive().catch(() => false);
    return reply.status(alive ? 200 : 503).send({ status: alive ? 'ok' : 'database-unavailable' });
  });
}
