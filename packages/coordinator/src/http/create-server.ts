import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { Logger } from '../log.ts';
import { handleError, handleNotFound } from './error-handler.ts';

/** A request body is at most a few words: the API takes no files. */
const BODY_LIMIT = 64 * 1024;

export interface ServerLimits {
  /** Longest time a request may take to arrive, milliseconds. */
  requestTimeoutMs: number;
  /** Idle time after which a kept connection is closed, milliseconds. */
  keepAliveTimeoutMs: number;
}

const LIMITS: ServerLimits = { requestTimeoutMs: 30_000, keepAliveTimeoutMs: 65_000 };

/** One HTTP server of ours, without routes: schemas by zod, errors by error-handler.ts, no line per request in the log. */
export function createServer(log: Logger, limits = LIMITS): FastifyInstance {
  const app = Fastify({
    // fastify's own lines say nothing that ours don't: only its errors are kept.
    loggerInstance: log.child({}, { level: 'error' }) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    // A stop must not wait for clients that hold their connection open.
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 255 },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(handleError);
  app.setNotFoundHandler(handleNotFound);
  return app;
}
