import type { Clock } from '@binhost/shared/time';
import cookie from '@fastify/cookie';
import helmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import type { NodeReadTokens } from '../access/node-read-tokens.ts';
import type { Operators } from '../access/operators.ts';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import type { Logger } from '../log.ts';
import type { ApiReads } from './api-reads.ts';
import type { ChoreActions } from './chore-actions.ts';
import { createServer, type ServerLimits, type ServerTls } from './create-server.ts';
import { type Door, guard } from './guard.ts';
import type { IdentityActions } from './identity-actions.ts';
import type { OperatorActions } from './operator-actions.ts';
import { type AdminActions, adminRoutes } from './routes/admin.ts';
import { apiRoutes } from './routes/api.ts';
import { healthRoutes } from './routes/health.ts';
import { identityRoutes } from './routes/identities.ts';
import { operatorRoutes } from './routes/operator.ts';
import { operatorsRoutes } from './routes/operators.ts';
import { packagesRoutes } from './routes/packages.ts';
import { sessionRoutes } from './routes/session.ts';
import { type JoinDoors, joinRoute, tokenRoutes } from './routes/tokens.ts';
import type { TokenActions } from './token-actions.ts';

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

/** What every door of the API serves; route-rules.ts says who may use what of it. */
export interface DoorParts extends ApiParts {
  actions: AdminActions & ChoreActions;
  operator: OperatorActions;
  operators: Operators;
  readTokens: NodeReadTokens;
  tokens: TokenActions;
  identities: IdentityActions;
  config: CoordinatorConfig;
  clock: Clock;
}

/** The control listener's HTTP half; agents come in through the same server's upgrade. `tls` undefined: plain HTTP. */
export function controlServer(parts: DoorParts & { join: JoinDoors; tls: ServerTls | undefined }): FastifyInstance {
  // An answer that follows a log may be silent for long.
  const app = createServer(parts.log, { ...parts.limits, stallTimeoutMs: 0, tls: parts.tls });
  void app.register(cookie);
  void app.register(helmet, HEADERS);
  // Nothing that is answered here may lie in a cache.
  app.addHook('onRequest', async (_request, reply) => void reply.header('Cache-Control', 'no-store'));
  // The guard's hooks have to come after those that read the cookies.
  app.after(() => {
    const isNode = (authorization: string | undefined): boolean => parts.readTokens.isShown(authorization);
    openDoor(app, { kind: 'control', isNode, origins: parts.config.access.origins }, parts);
    sessionRoutes(app, parts.operators);
    joinRoute(app, parts.join);
  });
  return app;
}

/** What view.sock serves: who may connect is decided by the file's rights, and may look. */
export function viewServer(parts: DoorParts): FastifyInstance {
  const app = createServer(parts.log);
  openDoor(app, { kind: 'view' }, parts);
  return app;
}

/** What admin.sock serves: who may connect may do everything. */
export function adminServer(parts: DoorParts): FastifyInstance {
  const app = createServer(parts.log);
  openDoor(app, { kind: 'admin' }, parts);
  return app;
}

/**
 * Headers that tell browsers how little a page from here may do. No Strict-Transport-Security: it would hold for the whole
 * host, and browsers would not open its packages listener any more.
 */
const HEADERS: FastifyHelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: false,
  xFrameOptions: { action: 'deny' },
  referrerPolicy: { policy: 'no-referrer' },
};

function openDoor(app: FastifyInstance, door: Door, parts: DoorParts): void {
  guard(app, { ...parts, door, recheckMs: parts.config.access.recheck });
  healthRoutes(app, parts.isDatabaseAlive);
  apiRoutes(app, parts.reads);
  adminRoutes(app, parts.actions);
  operatorRoutes(app, parts.operator);
  operatorsRoutes(app, parts.operators);
  tokenRoutes(app, parts.tokens);
  identityRoutes(app, parts.identities);
}
