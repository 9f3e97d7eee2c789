import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import {
  type AgentMessage,
  type CoordinatorMessage,
  decodeAgentMessage,
  decodeFrame,
  encodeFrame,
  type Frame,
  type Hello,
  PROTOCOL_VERSION,
  type Report,
  type Welcome,
} from '@binhost/shared/protocol';
import { type WebSocket, WebSocketServer } from 'ws';

/** What a welcome brings for reading builds and logs. */
const READ_TOKEN = 'r'.repeat(43);

/** A coordinator made small: the real protocol over real sockets, everything it hears kept. Every knob may be turned at any time. */
export interface Knobs {
  /** Answer upgrades with this HTTP status, such as '429 Too Many Requests'; empty: let them in. */
  refuseUpgrade: string;
  /** Answer hello with this final error instead of a welcome; empty: welcome. */
  refuseHello: string;
  /** Answer hello with an error of this code about who the agent is, and close; empty: welcome. */
  refuseIdentity: string;
  /** Begin with a challenge, as every coordinator does. */
  challenges: boolean;
  /** Accept connections and say nothing at all. */
  isMute: boolean;
  /** Answer pings. */
  answersPings: boolean;
  /** Acknowledge reports; without, they stay unacknowledged on the agent's side. */
  acknowledgesReports: boolean;
  /** Answer reports with a non-final error of this code; empty: take them. */
  refuseReports: string;
  nodeId: string;
  packagesUrl: string | null;
  signingKeys: Welcome['signingKeys'];
}

export interface TestCoordinator {
  knobs: Knobs;
  /** For `coordinator.url`. */
  url: string;
  hellos: Hello[];
  /** Everything but hello, in the order in which it came, over all connections. */
  received: Exclude<AgentMessage, Hello>[];
  /** Sequences that agents acknowledged. */
  acknowledged: number[];
  /** Error frames that agents sent. */
  errors: Extract<Frame, { kind: 'error' }>[];
  /** How many binary (gzipped) frames came. */
  binaryFrames: number;
  /** Authorization headers of all tries. */
  authorizations: (string | undefined)[];
  /** What HTTP requests are answered with, by path and query; all else is 404. */
  answers: Map<string, string>;
  reports(): Report[];
  /** To every connected agent, numbered. */
  send(message: CoordinatorMessage): void;
  /** To every connected agent, loose. `unknown` so that tests can send what no coordinator would. */
  loose(message: unknown): void;
  /** Raw bytes in place of a frame. */
  raw(data: string | Buffer): void;
  /** Cuts every connection without a goodbye. */
  cut(): void;
  connected(): number;
  close(): Promise<void>;
}

/** @param tls certificate and key; left out: it speaks without TLS */
export async function startTestCoordinator(
  changed: Partial<Knobs> = {},
  port = 0,
  tls?: { cert: string; key: string },
): Promise<TestCoordinator> {
  const knobs: Knobs = { ...DEFAULT_KNOBS, ...changed };
  const sockets = new Set<WebSocket>();
  const memory = { digest: null as string | null, lastReport: 0, sequence: 0 };
  const answers = new Map<string, string>();
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const isAllowed = request.headers.authorization === `Bearer ${READ_TOKEN}`;
    const body = isAllowed ? answers.get(request.url ?? '') : undefined;
    response.writeHead(body === undefined ? 404 : 200).end(body);
  };
  const server = tls ? createTlsServer(tls, onRequest) : createServer(onRequest);
  const coordinator: TestCoordinator = {
    knobs,
    url: '',
    hellos: [],
    received: [],
    acknowledged: [],
    errors: [],
    binaryFrames: 0,
    authorizations: [],
    answers,
    reports: () => coordinator.received.filter((message) => message.type === 'report'),
    send: (message) => {
      memory.sequence += 1;
      for (const socket of sockets) write(socket, { kind: 'message', sequence: memory.sequence, message });
    },
    loose: (message) => {
      for (const socket of sockets) write(socket, { kind: 'loose', message });
    },
    raw: (data) => {
      for (const socket of sockets) socket.send(data);
    },
    cut: () => {
      for (const socket of sockets) socket.terminate();
    },
    connected: () => sockets.size,
    close: () => closeAll(server, sockets),
  };
  const accept = new WebSocketServer({ noServer: true, autoPong: false });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    coordinator.authorizations.push(request.headers.authorization);
    if (knobs.refuseUpgrade !== '') {
      stream.end(`HTTP/1.1 ${knobs.refuseUpgrade}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    accept.handleUpgrade(request, stream, head, (socket) => {
      sockets.add(socket);
      if (knobs.challenges) write(socket, { kind: 'loose', message: { type: 'challenge', nonce: NONCE } });
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => {});
      socket.on('ping', (data) => knobs.answersPings && socket.pong(data));
      socket.on('message', (data: Buffer, isBinary: boolean) => {
        if (isBinary) coordinator.binaryFrames += 1;
        onFrame(decodeFrame((isBinary ? gunzipSync(data) : data).toString('utf8')), socket);
      });
    });
  });

  function onFrame(frame: Frame, socket: WebSocket): void {
    if (frame.kind === 'ack') coordinator.acknowledged.push(frame.sequence);
    if (frame.kind === 'error') coordinator.errors.push(frame);
    if (frame.kind !== 'message' || knobs.isMute) return;
    const message = decodeAgentMessage(frame.message);
    if (message.type === 'hello') return greet(message, frame.sequence, socket);
    coordinator.received.push(message);
    if (message.type === 'report' && knobs.refuseReports !== '') {
      return write(socket, {
        kind: 'error',
        code: knobs.refuseReports,
        message: 'refused by a test',
        sequence: frame.sequence,
        final: false,
      });
    }
    if (message.type === 'report' && !knobs.acknowledgesReports) return;
    if (message.type === 'report') memory.lastReport = Math.max(memory.lastReport, message.number);
    if (message.type === 'inventory') memory.digest = message.digest;
    write(socket, { kind: 'ack', sequence: frame.sequence });
  }

  function greet(hello: Hello, sequence: number, socket: WebSocket): void {
    coordinator.hellos.push(hello);
    if (knobs.refuseIdentity !== '') {
      write(socket, {
        kind: 'error',
        code: knobs.refuseIdentity,
        message: 'refused by a test',
        sequence,
        final: false,
      });
      return socket.close(4003);
    }
    if (knobs.refuseHello !== '') {
      write(socket, { kind: 'error', code: 'PROTOCOL_VERSION', message: knobs.refuseHello, sequence, final: true });
      return socket.close(1002);
    }
    write(socket, { kind: 'ack', sequence });
    memory.sequence += 1;
    write(socket, { kind: 'message', sequence: memory.sequence, message: welcomeTo(hello) });
  }

  function welcomeTo(hello: Hello): Welcome {
    return {
      type: 'welcome',
      protocolVersion: PROTOCOL_VERSION,
      oldestProtocolVersion: 1,
      coordinatorVersion: 'test',
      nodeId: knobs.nodeId,
      pool: 'default',
      packagesUrl: knobs.packagesUrl,
      index: null,
      inventoryWanted: hello.inventoryDigest !== null && hello.inventoryDigest !== memory.digest,
      lastReport: memory.lastReport,
      signingKeys: knobs.signingKeys,
      readToken: READ_TOKEN,
      sentAtMs: 0,
    };
  }

  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  coordinator.url = `${tls ? 'wss' : 'ws'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return coordinator;
}

/** What every connection is challenged with. */
export const NONCE = 'n'.repeat(43);

const DEFAULT_KNOBS: Knobs = {
  refuseUpgrade: '',
  refuseHello: '',
  refuseIdentity: '',
  challenges: true,
  isMute: false,
  answersPings: true,
  acknowledgesReports: true,
  refuseReports: '',
  nodeId: '6f0e1f66-5f2b-4c86-9b4e-3d6a8f0b7a11',
  packagesUrl: 'http://127.0.0.1:1/packages/default',
  signingKeys: null,
};

function write(socket: WebSocket, frame: Frame): void {
  socket.send(encodeFrame(frame));
}

async function closeAll(server: Server, sockets: Set<WebSocket>): Promise<void> {
  for (const socket of sockets) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
}
