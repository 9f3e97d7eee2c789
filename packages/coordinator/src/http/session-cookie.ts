import type { FastifyReply, FastifyRequest } from 'fastify';

/** The cookie that holds a session. Scripts can't read it, and no other site's page can have it sent along. */
const OPTIONS = { path: '/', httpOnly: true, sameSite: 'strict' } as const;

/** `__Host-`: browsers take it only over TLS, from this very host, so no neighbour can slip us one. */
const NAME = { overTls: '__Host-binhost-session', plain: 'binhost-session' };

export function readSessionCookie(request: FastifyRequest): string | undefined {
  return request.cookies[nameFor(request)] || undefined;
}

export function sendSessionCookie(request: FastifyRequest, reply: FastifyReply, secret: string): void {
  void reply.setCookie(nameFor(request), secret, { ...OPTIONS, secure: isOverTls(request) });
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  void reply.clearCookie(nameFor(request), { ...OPTIONS, secure: isOverTls(request) });
}

function nameFor(request: FastifyRequest): string {
  return isOverTls(request) ? NAME.overTls : NAME.plain;
}

/** Our own TLS, or that of a proxy before us. Whoever lies in the header only makes his own cookie stricter. */
function isOverTls({ protocol, headers }: FastifyRequest): boolean {
  return protocol === 'https' || headers['x-forwarded-proto'] === 'https';
}
