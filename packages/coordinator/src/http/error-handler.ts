import { BinhostError } from '@binhost/shared/errors';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

/** What every answer that is no success looks like. */
export interface ErrorBody {
  error: { code: string; message: string; hint: string | null };
}

/** Statuses of our codes; what is ours to mend and answers 500. */
const STATUS_OF_CODE: Record<string, number> = {
  BAD_REQUEST: 400,
  WRONG_USE: 400,
  NOT_ALLOWED: 401,
  JOIN_REFUSED: 403,
  NOT_READY: 503,
  ROLE_TOO_SMALL: 403,
  FOREIGN_ORIGIN: 403,
  TOO_MANY_ATTEMPTS: 429,
  NOT_FOUND: 404,
  ILLEGAL_TRANSITION: 409,
  PORTAGE_FAILED: 502,
  DATABASE_UNAVAILABLE: 503,
};

/** Errors of ours are told as they are; whatever else went wrong is logged and not shown. */
export function handleError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const { status, body } = publicError(error);
  request.refusal = body.error.code;
  if (status === 401) void reply.header('WWW-Authenticate', 'Bearer');
  const retryAfter = error instanceof BinhostError ? error.detail['retryAfterSeconds'] : undefined;
  if (typeof retryAfter === 'number') void reply.header('Retry-After', String(retryAfter));
  if (status >= 500) request.log.error({ err: error, url: request.url }, 'request failed');
  void reply.status(status).send(body);
}

/** Error → status and body. Pure. */
export function publicError(error: FastifyError | Error): { status: number; body: ErrorBody } {
  if (error instanceof BinhostError) {
    return answer(STATUS_OF_CODE[error.code] ?? 500, error.code, error.message, error.hint);
  }
  if ('validation' in error && error.validation) return answer(400, 'BAD_REQUEST', error.message);
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500;
  if (status < 500) return answer(status, status === 404 ? 'NOT_FOUND' : 'BAD_REQUEST', error.message);
  return answer(500, 'INTERNAL', 'the coordinator could not answer this request', 'Its log says why.');
}

export function handleNotFound(request: FastifyRequest, reply: FastifyReply): void {
  const message = `expected a known path, got ${request.method} ${request.url.slice(0, 200)}`;
  void reply.status(404).send(answer(404, 'NOT_FOUND', message).body);
}

function answer(status: number, code: string, message: string, hint?: string): { status: number; body: ErrorBody } {
  return { status, body: { error: { code, message, hint: hint ?? null } } };
}
