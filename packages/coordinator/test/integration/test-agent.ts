import { gunzipSync } from 'node:zlib';
import {
  type AgentMessage,
  type CoordinatorMessage,
  decodeCoordinatorMessage,
  decodeFrame,
  type Frame,
  type Hello,
} from '@binhost/shared/protocol';
import { makeHello, waitFor } from '@binhost/testkit';
import { type ClientOptions, WebSocket } from 'ws';
import type { OpenDatabase } from '../../src/db/open-database.ts';
import { enrolKey, signedHello } from './enrolled-key.ts';

/** Where a scripted agent connects: the control listener, and the database that knows who has joined. */
export interface AgentDoor {
  control: string;
  open: Pick<OpenDatabase, 'db'>;
}

/** A scripted agent: a real connection that says what the test says, and keeps all that comes. */
export interface TestAgent {
  socket: WebSocket;
  /** All frames that came, in order. */
  frames: Frame[];
  /** Sends a numbered message. @returns its sequence */
  say(message: AgentMessage | { type: string }): number;
  /** Sends a numbered message and waits for its acknowledgement; an unsigned hello becomes that of a node that has joined. */
  deliver(message: AgentMessage): Promise<void>;
  /** Messages of one type that came so far. */
  heard<T extends CoordinatorMessage['type']>(type: T): Extract<CoordinatorMessage, { type: T }>[];
  /** Waits for the first message of a type that fits. */
  hear<T extends CoordinatorMessage['type']>(
    type: T,
    fits?: (message: Extract<CoordinatorMessage, { type: T }>) => boolean,
  ): Promise<Extract<CoordinatorMessage, { type: T }>>;
  /** Waits for the end of the connection. @returns the closing code */
  closed(): Promise<number>;
  /** Ends the connection and waits for it. */
  leave(): Promise<void>;
}

/** Connects, without saying hello. */
export async function connectAgent({ control, open }: AgentDoor, options: ClientOptions = {}): Promise<TestAgent> {
  const scheme = options.ca === undefined ? 'ws' : 'wss';
  const socket = new WebSocket(`${scheme}://${control}/agent`, { perMessageDeflate: false, ...options });
  const frames: Frame[] = [];
  let closeCode: number | undefined;
  let sequence = 0;
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    frames.push(decodeFrame((isBinary ? gunzipSync(data) : data).toString()));
  });
  socket.on('close', (code) => {
    closeCode = code;
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => {});

  const say: TestAgent['say'] = (message) => {
    sequence += 1;
    socket.send(JSON.stringify({ kind: 'message', sequence, message }));
    return sequence;
  };
  const heard: TestAgent['heard'] = (type) =>
    frames
      .flatMap((frame) => (frame.kind === 'message' || frame.kind === 'loose' ? [frame.message] : []))
      .map(decodeCoordinatorMessage)
      .filter((message) => message.type === type) as never;
  const signed = async (hello: Hello): Promise<Hello> => {
    const key = await enrolKey(open.db, hello.nodeName);
    const { nonce } = await waitFor(() => heard('challenge')[0], { what: 'the challenge' });
    return signedHello(hello, nonce, key);
  };
  return {
    socket,
    frames,
    say,
    heard,
    deliver: async (message) => {
      const number = say(message.type === 'hello' && !message.identity ? await signed(message) : message);
      const isAck = (frame: Frame): boolean => frame.kind === 'ack' && frame.sequence === number;
      await waitFor(() => frames.some(isAck), { what: `the acknowledgement of ${message.type}` });
    },
    hear: async (type, fits = () => true) => waitFor(() => heard(type).find(fits), { what: `a message ${type}` }),
    closed: () => waitFor(() => closeCode, { what: 'the end of the connection' }),
    leave: async () => {
      socket.close();
      await waitFor(() => closeCode, { what: 'the end of the connection' });
    },
  };
}

/** Connects and says hello. */
export async function joinAgent(door: AgentDoor, hello: Partial<Hello> = {}): Promise<TestAgent> {
  const agent = await connectAgent(door);
  await agent.deliver(makeHello(hello));
  await agent.hear('welcome');
  return agent;
}

/** The status with which an upgrade was answered. */
export function refusedStatus(control: string, options: ClientOptions & { path?: string } = {}): Promise<number> {
  const { path = '/agent', ...rest } = options;
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://${control}${path}`, rest);
    socket.once('open', () => {
      socket.terminate();
      reject(new Error('expected a refusal, got a connection'));
    });
    socket.once('unexpected-response', (_request, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    socket.on('error', () => {});
  });
}
