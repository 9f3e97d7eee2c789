import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { POLICY_KINDS, POLICY_STAGES, POLICY_VERDICTS } from '../../queue/decide-policy.ts';
import type { OperatorActions } from '../operator-actions.ts';
import { lineValue } from './line-value.ts';

/** Routes of admin.sock that move builds and set policies. */
export function operatorRoutes(server: FastifyInstance, actions: OperatorActions): void {
  const app = server.withTypeProvider<ZodTypeProvider>();
  for (const deed of ['cancel', 'retry', 'hold', 'approve'] as const) {
    app.post(`/api/builds/:id/${deed}`, { schema: { params: numberParams, body: whyBody } }, ({ params, body }) =>
      actions[deed](params.id, body?.reason),
    );
  }
  app.post('/api/packages/hold', { schema: { body: packageBody } }, ({ body }) =>
    actions.holdPackage(body.atom, body.reason),
  );
  app.post('/api/policies', { schema: { body: policyBody } }, ({ body }) => actions.setPolicy(body));
  app.post('/api/policies/:id/remove', { schema: { params: numberParams } }, ({ params }) =>
    actions.removePolicy(params.id),
  );
  app.post('/api/requests', { schema: { body: requestBody } }, ({ body: { use, ...request } }) =>
    actions.request({ ...request, ...(use && { use }) }),
  );
}

const reason = lineValue(500).optional();
const numberParams = z.object({ id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) });
const whyBody = z.object({ reason }).nullish();
const packageBody = z.object({ atom: lineValue(300), reason });
const policyBody = z.object({
  kind: z.enum(POLICY_KINDS),
  name: lineValue(300).min(1),
  verdict: z.enum(POLICY_VERDICTS),
  stage: z.enum(POLICY_STAGES),
  reason: lineValue(500).default(''),
});
const requestBody = z.object({
  atom: lineValue(300),
  use: z.array(lineValue(100)).max(500).optional(),
  pool: lineValue(100),
});
