import type { SecureContextOptions } from 'node:tls';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { type ConnectionLimits, guardConnections } from '../limits/guard-connections.ts';
import type { Logger } from '../log.ts';
import { handleError, handleNotFound } from './error-handler.ts';

/** A request body is at most a few words: the API takes no files. */
const BODY_LIMIT = 64 * 1024;
/** Bytes of a request's headers. */
const MAX_HEADERS = 16 * 1024;

declare module 'fastify' {
  interface FastifyRequest {
    /** Code of the error that was answered. */
    refusal: string | undefined;
  }
}

export interface ServerLimits {
  /** Longest time a request may take to arrive, milliseconds. */
  requestTimeoutMs: number;
  /** Idle time after which a kept connection is closed, milliseconds. */
  keepAliveTimeoutMs: number;
  /** Longest time a request's headers (and what comes before them) may take to arrive, milliseconds. */
  headersTimeoutMs: number;
  /** A connection on which nothing moves for this long is closed, milliseconds; 0: never. */
  stallTimeoutMs: number;
  /** null: a Unix socket, whose peers are known by its rights. */
  connections: ConnectionLimits | null;
}

const LIMITS: ServerLimits = {
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 65_000,
  headersTimeoutMs: 10_000,
  stallTimeoutMs: 0,
  connections: null,
};

/** What a server that speaks TLS serves with: see tls/control-tls.ts. */
export type ServerTls = SecureContextOptions;

/** One HTTP server of ours, without routes: schemas by zod, errors by error-handler.ts, no line per request in the log. */
export function createServer(
  log: Logger,
  { tls, ...differing }: Partial<ServerLimits> & { tls?: ServerTls | undefined } = {},
): FastifyInstance {
  const limits = { ...LIMITS, ...differing };
  const options = {
    // fastify's own lines say nothing that ours don't: only its errors are kept.
    loggerInstance: log.child({}, { level: 'error' }) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionTimeout: limits.stallTimeoutMs,
    // A stop must not wait for clients that hold their connection open.
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 255 },
  };
  const http = {
    headersTimeout: limits.headersTimeoutMs,
    // How often Node looks for connections that are past their time.
    connectionsCheckingInterval: Math.min(1000, limits.headersTimeoutMs),
    maxHeaderSize: MAX_HEADERS,
  };
  // A client that never finishes the handshake of TLS is given up as one that never finishes its headers.
  const https = { ...http, ...tls, handshakeTimeout: limits.headersTimeoutMs };
  const app = tls ? (Fastify({ ...options, https }) as unknown as FastifyInstance) : Fastify({ ...options, http });
  app.server.maxHeadersCount = 100;
  if (limits.connections) guardConnections(app.server, limits.connections, log);
  app.decorateRequest('refusal', undefined);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(handleError);
  app.setNotFoundHandler(handleNotFound);
  return app;
}
