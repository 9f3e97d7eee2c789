import { joinRequest, leaveRequest, nodeNameValue, poolValue } from '@binhost/shared/protocol';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { JoinNode, LeaveNode, TokenActions } from '../token-actions.ts';

/** Ten years: a token for longer is a mistake. */
const MAX_TTL_MS = 10 * 365 * 24 * 3_600_000;

const tokenBody = z.object({
  name: nodeNameValue.optional(),
  ttlMs: z.number().int().min(1000).max(MAX_TTL_MS).optional(),
  pool: poolValue.default('default'),
});
const tokenParams = z.object({ id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) });

/** Routes of admin.sock for join tokens. */
export function tokenRoutes(server: FastifyInstance, actions: TokenActions): void {
  const app = server.withTypeProvider<ZodTypeProvider>();
  app.get('/api/tokens', () => actions.list());
  app.post('/api/tokens', { schema: { body: tokenBody } }, ({ body }) => actions.create(body));
  app.post('/api/tokens/:id/revoke', { schema: { params: tokenParams } }, ({ params }) => actions.revoke(params.id));
}

export interface JoinDoors {
  joinNode: JoinNode;
  leaveNode: LeaveNode;
}

/** A join is a few hundred bytes. */
const JOIN_BODY_LIMIT = 8 * 1024;

/** `POST /join` and `/leave` of the control listener: open to everybody, the token or the signature in the body decides. */
export function joinRoute(server: FastifyInstance, { joinNode, leaveNode }: JoinDoors): void {
  const app = server.withTypeProvider<ZodTypeProvider>();
  const schema = { body: joinRequest };
  app.post('/join', { schema, bodyLimit: JOIN_BODY_LIMIT }, ({ body, ip }) => joinNode(body, ip));
  const leave = { schema: { body: leaveRequest }, bodyLimit: JOIN_BODY_LIMIT };
  app.post('/leave', leave, ({ body, ip }) => leaveNode(body, ip));
}
