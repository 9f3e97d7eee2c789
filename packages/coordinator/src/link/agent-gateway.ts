import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { addressKey } from '../limits/address-key.ts';
import { makeCrowd } from '../limits/crowd.ts';
import type { RateLimit } from '../limits/rate-limit.ts';
import { AgentSession, CLOSE_CODE, MAX_HELLO, type SessionParts } from './agent-session.ts';

/**
 * The step link, the coordinator's side: where agents come in. In: HTTP upgrades of the control listener at /agent.
 * Out: an AgentSession each, which calls the handlers. Called by the control listener. A request that may not come in is
 * answered with its HTTP status before anything of WebSocket is spoken.
 */
export interface GatewayParts extends Omit<SessionParts, 'address'> {
  /** Connections that may be without hello at a time; beyond it the oldest of the most crowded address is closed. */
  maxGreeting: number;
  /** How often an address may connect without coming to a good hello. */
  connects: RateLimit;
}

export interface AgentGateway {
  /** For the 'upgrade' event of an HTTP server. */
  onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Lets nobody in any more and ends all connections, greeted or not. */
  close(): Promise<void>;
}

export function makeAgentGateway(parts: GatewayParts): AgentGateway {
  const sessions = new Set<AgentSession>();
  const greeting = makeCrowd<AgentSession>(parts.maxGreeting);
  let closing = false;
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: parts.limits.maxFrame,
  });

  const admit = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    server.handleUpgrade(request, socket, head, (webSocket) => {
      const address = addressKey(request.socket.remoteAddress);
      // A frame is put together before anybody sees it: what a stranger may make us hold is bounded below it.
      const uncount = breakOffAfter(socket, BEFORE_HELLO);
      const session = new AgentSession(webSocket, {
        ...parts,
        address: request.socket.remoteAddress ?? '',
        log: parts.log.child({ address: request.socket.remoteAddress }),
        onOnline: (node, online, lastEvent) => {
          uncount();
          greeting.delete(session);
          parts.connects.giveBack(address);
          parts.onOnline(node, online, lastEvent);
        },
      });
      sessions.add(session);
      greeting.add(session, address)?.close(CLOSE_CODE.tryLater, 'too many connections without hello');
      void session.ended().then(() => {
        greeting.delete(session);
        sessions.delete(session);
      });
    });
  };

  return {
    onUpgrade: (request, socket, head) => {
      socket.on('error', () => socket.destroy());
      const waitMs = parts.connects.take(addressKey(request.socket.remoteAddress));
      const refusal = closing ? '503 Service Unavailable' : waitMs > 0 ? '429 Too Many Requests' : refusalOf(request);
      if (refusal === undefined) return admit(request, socket, head);
      parts.log[waitMs > 0 ? 'debug' : 'warn'](
        { address: request.socket.remoteAddress, status: refusal },
        'agent connection refused',
      );
      const retryAfter = waitMs > 0 ? `Retry-After: ${Math.ceil(waitMs / 1000)}\r\n` : '';
      socket.end(`HTTP/1.1 ${refusal}\r\n${retryAfter}Connection: close\r\nContent-Length: 0\r\n\r\n`);
    },
    close: async () => {
      closing = true;
      for (const session of sessions) session.close(CLOSE_CODE.goingAway, 'the coordinator stops');
      await Promise.all([...sessions].map((session) => session.ended()));
      server.close();
    },
  };
}

/** Bytes that a connection may bring before its hello is accepted. */
const BEFORE_HELLO = 2 * MAX_HELLO;

/** @returns stops counting */
function breakOffAfter(socket: Duplex, maxBytes: number): () => void {
  let bytes = 0;
  const count = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > maxBytes) socket.destroy();
  };
  socket.on('data', count);
  return () => socket.off('data', count);
}

/** @returns the HTTP status line's end; undefined where the request may come in */
function refusalOf(request: IncomingMessage): string | undefined {
  if (request.url?.split('?')[0] !== '/agent') return '404 Not Found';
  // Only browsers send an origin: a web page that somebody visits must not be able to speak as an agent.
  if (request.headers.origin !== undefined) return '403 Forbidden';
  return undefined;
}
