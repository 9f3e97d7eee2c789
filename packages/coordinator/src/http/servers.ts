import type { FastifyInstance } from 'fastify';
import { coordinatorError } from '../coordinator-errors.ts';
import { isRightSecret } from '../link/right-secret.ts';
import type { Logger } from '../log.ts';
import type { ApiReads } from './api-reads.ts';
import type { ChoreActions } from './chore-actions.ts';
import { createServer, type ServerLimits } from './create-server.ts';
import type { OperatorActions } from './operator-actions.ts';
import { type AdminActions, adminRoutes } from './routes/admin.ts';
import { apiRoutes } from './routes/api.ts';
import { healthRoutes } from './routes/health.ts';
import { operatorRoutes } from './routes/operator.ts';
import { packagesRoutes } from './routes/packages.ts';
import { joinRoute, tokenRoutes } from './routes/tokens.ts';
import type { JoinNode, TokenActions } from './token-actions.ts';

export interface ApiParts {
  reads: ApiReads;
  isDatabaseAlive: () => Promise<boolean>;
  log: Logger;
  /** Of the listeners that strangers reach; left out: the defaults, and connections unbounded. */
  limits?: Partial<ServerLimits>;
}

/** The packages listener: published files and nothing else. */
export function packagesServer(packagesDir: string, parts: Omit<ApiParts, 'reads'>): FastifyInstance {
  const app = createServer(parts.log, parts.limits);
  healthRoutes(app, parts.isDatabaseAlive);
  packagesRoutes(app, packagesDir);
  return app;
}

/** The control listener's HTTP half; agents come in through the same server's upgrade. @param secret empty: none is asked for */
export function controlServer(parts: ApiParts & { secret: string; joinNode: JoinNode }): FastifyInstance {
  // An answer that follows a log may be silent for long.
  const app = createServer(parts.log, { ...parts.limits, stallTimeoutMs: 0 });
  app.addHook('onRequest', async (request) => {
    if (isOpen(request.url) || isRightSecret(parts.secret, request.headers.authorization)) return;
    throw coordinatorError('NOT_ALLOWED', 'expected the secret of the control listener as bearer token', {
      hint: 'Send the header Authorization: Bearer SECRET, or use the commands on the binhost.',
    });
  });
  healthRoutes(app, parts.isDatabaseAlive);
  joinRoute(app, parts.joinNode);
  apiRoutes(app, parts.reads);
  return app;
}

/** Asked for without any identity: a node that joins has none yet. */
function isOpen(url: string): boolean {
  return url === '/health' || url === '/join';
}

/** What view.sock serves: who may connect is decided by the file's rights. */
export function viewServer(parts: ApiParts): FastifyInstance {
  const app = createServer(parts.log);
  healthRoutes(app, parts.isDatabaseAlive);
  apiRoutes(app, parts.reads);
  return app;
}

/** What admin.sock serves: the view, and what changes something. */
export function adminServer(
  parts: ApiParts & { actions: AdminActions & ChoreActions; operator: OperatorActions; tokens: TokenActions },
): FastifyInstance {
  const app = viewServer(parts);
  adminRoutes(app, parts.actions);
  operatorRoutes(app, parts.operator);
  tokenRoutes(app, parts.tokens);
  return app;
}
