import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from '../log.ts';
import { addressKey } from './address-key.ts';
import { makeCrowd } from './crowd.ts';

/**
 * Bounds the connections of one HTTP server. A connection *waits* until a request has come in whole (its TLS handshake and
 * headers too), and again between two requests: those are bounded in number, the oldest of the most crowded address goes.
 * Requests that are being answered are bounded per address: whoever has too many, because he asks too much or reads too
 * slowly, loses the newest. What was upgraded has limits of its own (the link).
 */
export interface ConnectionLimits {
  /** Connections without a request, in all. */
  waitingConnections: number;
  /** Requests that are being answered, per address. */
  requestsPerAddress: number;
}

export function guardConnections(server: Server, limits: ConnectionLimits, log: Logger): void {
  const waiting = makeCrowd<string>(limits.waitingConnections);
  // By the peer's address and port: the same for a TLS socket and the TCP socket below it.
  const sockets = new Map<string, Socket>();
  const busy = new Map<string, number>();

  const wait = (peer: string, address: string): void => {
    const pressedOut = waiting.add(peer, address);
    if (pressedOut === undefined) return;
    log.debug({ address }, 'too many waiting connections, the oldest closed');
    sockets.get(pressedOut)?.destroy();
  };

  server.on('connection', (socket) => {
    const peer = peerOf(socket);
    sockets.set(peer, socket);
    socket.once('close', () => {
      waiting.delete(peer);
      sockets.delete(peer);
    });
    wait(peer, addressKey(socket.remoteAddress));
  });

  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const peer = peerOf(request.socket);
    const address = addressKey(request.socket.remoteAddress);
    waiting.delete(peer);
    const count = busy.get(address) ?? 0;
    if (count >= limits.requestsPerAddress) {
      log.debug({ address, requests: count }, 'too many requests of one address, connection closed');
      request.socket.destroy();
      return;
    }
    busy.set(address, count + 1);
    response.once('close', () => {
      const left = (busy.get(address) ?? 1) - 1;
      if (left > 0) busy.set(address, left);
      else busy.delete(address);
      if (sockets.has(peer)) wait(peer, address);
    });
  });

  server.prependListener('upgrade', (request: IncomingMessage, _socket: Duplex) => {
    waiting.delete(peerOf(request.socket));
  });
}

function peerOf({ remoteAddress, remotePort }: Pick<Socket, 'remoteAddress' | 'remotePort'>): string {
  return `${remoteAddress} ${remotePort}`;
}
