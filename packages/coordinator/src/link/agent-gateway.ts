import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { AgentSession, CLOSE_CODE, type SessionParts } from './agent-session.ts';
import { isRightSecret } from './right-secret.ts';

/**
 * The step link, the coordinator's side: where agents come in. In: HTTP upgrades of the control listener at /agent.
 * Out: an AgentSession each, which calls the handlers. Called by the control listener. A request that may not come in is
 * answered with its HTTP status before anything of WebSocket is spoken.
 */
export interface GatewayParts extends SessionParts {
  /** What agents must show as `Authorization: Bearer SECRET`; empty: nothing. */
  secret: string;
}

export interface AgentGateway {
  /** For the 'upgrade' event of an HTTP server. */
  onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Lets nobody in any more and ends all connections, greeted or not. */
  close(): Promise<void>;
}

/** Connections that have not said hello yet; more are asked to come later. */
const MAX_GREETING = 200;

export function makeAgentGateway(parts: GatewayParts): AgentGateway {
  const sessions = new Set<AgentSession>();
  let greeting = 0;
  let closing = false;
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: parts.limits.maxFrame,
  });

  const admit = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    server.handleUpgrade(request, socket, head, (webSocket) => {
      greeting += 1;
      let counted = true;
      const uncount = (): void => {
        if (counted) greeting -= 1;
        counted = false;
      };
      const session = new AgentSession(webSocket, {
        ...parts,
        log: parts.log.child({ address: request.socket.remoteAddress }),
        onOnline: (node, online, lastEvent) => {
          uncount();
          parts.onOnline(node, online, lastEvent);
        },
      });
      sessions.add(session);
      void session.ended().then(() => {
        uncount();
        sessions.delete(session);
      });
    });
  };

  return {
    onUpgrade: (request, socket, head) => {
      socket.on('error', () => socket.destroy());
      const refusal =
        closing || greeting >= MAX_GREETING ? '503 Service Unavailable' : refusalOf(request, parts.secret);
      if (refusal === undefined) return admit(request, socket, head);
      parts.log.warn({ address: request.socket.remoteAddress, status: refusal }, 'agent connection refused');
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    },
    close: async () => {
      closing = true;
      for (const session of sessions) session.close(CLOSE_CODE.goingAway, 'the coordinator stops');
      await Promise.all([...sessions].map((session) => session.ended()));
      server.close();
    },
  };
}

/** @returns the HTTP status line's end; undefined where the request may come in */
function refusalOf(request: IncomingMessage, secret: string): string | undefined {
  if (request.url?.split('?')[0] !== '/agent') return '404 Not Found';
  // Only browsers send an origin: a web page that somebody visits must not be able to speak as an agent.
  if (request.headers.origin !== undefined) return '403 Forbidden';
  if (!isRightSecret(secret, request.headers.authorization)) return '401 Unauthorized';
  return undefined;
}
