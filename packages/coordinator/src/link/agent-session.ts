import { randomBytes } from 'node:crypto';
import { BinhostError, sharedError } from '@binhost/shared/errors';
import { type AgentMessage, type CoordinatorMessage, decodeAgentMessage, type Hello } from '@binhost/shared/protocol';
import type { Clock } from '@binhost/shared/time';
import type { WebSocket } from 'ws';
import type { NodeBudgets } from '../limits/node-budgets.ts';
import { makePace, type Pace } from '../limits/pace.ts';
import type { Logger } from '../log.ts';
import { readFrame } from './frame-bytes.ts';
import { FrameSender } from './frame-sender.ts';
import { type AgentHandlers, type ConnectedNode, onAgentMessage } from './on-agent-message.ts';
import { protocolMismatch } from './protocol-match.ts';
import { admitMessage, nextSessionState, type SessionEvent, type SessionState } from './session-state.ts';
import { shownIdentity } from './shown-identity.ts';
import { waitForSilence } from './watch-connection.ts';

/** WebSocket closing codes that we use (RFC 6455 section 7.4; 4000 and up are ours). */
export const CLOSE_CODE = {
  goingAway: 1001,
  protocolError: 1002,
  internalError: 1011,
  tryLater: 1013,
  replaced: 4001,
  identity: 4003,
} as const;

/** Whose share of the log pays for connections without hello. */
const STRANGERS = '';

const FORGED = {
  code: 'IDENTITY_FORGED',
  message: "the signature of the hello does not fit this connection's challenge",
};
const MISSING = {
  code: 'IDENTITY_EXPECTED',
  message:
    'expected a node that has joined, got a hello without an identity: make a line by binhost-coordinator token create, and paste it on the node (binhost-agent join)',
};

/** How long the other side may take to answer the closing handshake. */
const CLOSE_TIMEOUT_MS = 2000;

export interface SessionLimits {
  pingIntervalMs: number;
  helloTimeoutMs: number;
  /** Bytes that a binary frame may unpack to. */
  maxFrame: number;
  /** Bytes that may wait unsent. */
  maxBuffered: number;
  /** Bytes, unpacked, that one agent may send in a minute; what is more waits. */
  bytesPerMinute: number;
  /** The same of frames. */
  framesPerMinute: number;
}

/** A frame that may be a hello is no larger. */
export const MAX_HELLO = 64 * 1024;

export interface SessionParts {
  /** Where the agent comes from. */
  address: string;
  handlers: AgentHandlers;
  /** The node is greeted and send() reaches it. `lastEvent`: number of the newest event that it has. */
  onOnline(node: ConnectedNode, session: AgentSession, lastEvent: number): void;
  /** Called once for every session that was online. */
  onOffline(node: ConnectedNode, session: AgentSession): void;
  /** What a node, and all strangers together, may cost. */
  budgets: NodeBudgets;
  limits: SessionLimits;
  clock: Clock;
  log: Logger;
}

/**
 * One connection of one agent: frames in, the handlers called one after the other, acknowledgements and messages out.
 * In: a WebSocket of anybody; its hello must show an identity. Out: calls of the handlers, onOnline, onOffline. It fails by closing: every way
 * out of here ends the socket, and the agent's reconnect heals.
 */
export class AgentSession {
  private readonly socket: WebSocket;
  private readonly parts: SessionParts;
  private readonly sender: FrameSender;
  private readonly over = new AbortController();
  private readonly bytes: Pace;
  private readonly frames: Pace;
  private log: Logger;
  private state: SessionState = 'greeting';
  private node: ConnectedNode | undefined;
  /** Highest sequence received. */
  private received = 0;
  /** Frames that arrived and are not handled yet. */
  private waiting = 0;
  private heardAtMs: number;
  /** How long the agent must wait for what it has sent, milliseconds. */
  private owedMs = 0;
  /** Its share of the log is used up, and that was said. */
  private isMuted = false;
  private incoming: Promise<void> = Promise.resolve();
  /** Of this connection alone: a signature over it opens no other. */
  private readonly nonce = randomBytes(32).toString('base64url');

  constructor(socket: WebSocket, parts: SessionParts) {
    this.socket = socket;
    this.parts = parts;
    this.log = parts.log;
    this.heardAtMs = parts.clock.monotonicMs();
    this.sender = new FrameSender(socket, parts.limits.maxBuffered, (bytes) => this.onOverflow(bytes));
    const { bytesPerMinute, framesPerMinute } = parts.limits;
    this.bytes = makePace({ perMinute: bytesPerMinute, clock: parts.clock });
    this.frames = makePace({ perMinute: framesPerMinute, clock: parts.clock });
    // Pings are answered by themselves: whoever sends them without reading the answers would fill the memory.
    socket.on('ping', () => {
      if (socket.bufferedAmount > parts.limits.maxBuffered) this.onOverflow(socket.bufferedAmount);
    });
    socket.on('error', (error) => this.log.warn({ err: error.message }, 'agent connection failed'));
    socket.on('pong', () => {
      this.heardAtMs = this.parts.clock.monotonicMs();
    });
    socket.on('message', (data: Buffer, isBinary: boolean) => this.takeFrame(data, isBinary));
    socket.once('close', (code) => this.onClosed(code));
    this.sender.loose({ type: 'challenge', nonce: this.nonce });
    void this.watchHello();
    void this.watchSilence();
  }

  /** `message`: numbered, the agent acknowledges it. `loose`: replaced by the next one. */
  send(kind: 'message' | 'loose', message: CoordinatorMessage): void {
    if (kind === 'message') this.sender.message(message);
    else this.sender.loose(message);
  }

  /** Ends the connection after what was sent so far; the reason reaches the agent. */
  close(code: number, reason: string): void {
    this.move('close');
    this.sender.afterwards(() => {
      if (this.socket.readyState === this.socket.OPEN) this.socket.close(code, reason.slice(0, 100));
      void this.parts.clock.sleep(CLOSE_TIMEOUT_MS, this.over.signal).then(() => this.socket.terminate());
    });
  }

  /** Resolves when the connection has ended and nothing that it began runs any more. */
  async ended(): Promise<void> {
    if (!this.over.signal.aborted) {
      await new Promise((resolve) => this.over.signal.addEventListener('abort', resolve, { once: true }));
    }
    await this.incoming;
  }

  private takeFrame(data: Buffer, isBinary: boolean): void {
    // Not read further until this one is done: what an agent sends faster than we store waits on its side.
    this.waiting += 1;
    this.socket.pause();
    this.incoming = this.incoming
      .then(() => this.onFrame(data, isBinary))
      .catch((error: unknown) => this.onFailure(error))
      .then(() => this.keepPace())
      .finally(() => {
        this.waiting -= 1;
        this.heardAtMs = this.parts.clock.monotonicMs();
        if (this.waiting === 0) this.socket.resume();
      });
  }

  private async onFrame(data: Buffer, isBinary: boolean): Promise<void> {
    if (this.state === 'closing') return;
    const limit = this.state === 'greeting' ? MAX_HELLO : this.parts.limits.maxFrame;
    if (data.length > limit) throw sharedError('PROTOCOL_BAD_FRAME', `expected a hello of at most ${limit} bytes`);
    const { frame, bytes } = await readFrame(data, isBinary, limit);
    this.owedMs = Math.max(this.bytes.spend(bytes), this.frames.spend(1));
    if (frame.kind === 'message') return this.onMessage(frame.message, frame.sequence);
    if (frame.kind === 'error') this.complain({ code: frame.code, text: frame.message }, 'agent refused a message');
    if (frame.kind === 'loose') this.refuse({ code: 'LOOSE_UNKNOWN', message: 'no loose message is known' }, null);
  }

  /** An agent that sent more than its share waits, its socket unread; all others go on. */
  private async keepPace(): Promise<void> {
    const owedMs = this.owedMs;
    this.owedMs = 0;
    if (owedMs === 0) return;
    this.log.debug({ waitMs: owedMs }, 'agent sends faster than its share, it waits');
    await this.parts.clock.sleep(owedMs, this.over.signal);
  }

  private async onMessage(value: unknown, sequence: number): Promise<void> {
    if (sequence <= this.received) {
      const message = `expected a sequence above ${this.received}, got ${sequence}`;
      return this.breakOff({ code: 'PROTOCOL_BAD_FRAME', message }, sequence);
    }
    this.received = sequence;
    const message = this.decode(value, sequence);
    if (message === undefined) return;
    const admission = admitMessage(this.state, message.type);
    if (!admission.admit) return this.breakOff(admission, sequence);
    if (message.type === 'hello') return this.greet(message, sequence);
    if (this.node === undefined) return;
    const overBudget = message.type === 'report' ? this.parts.budgets.takeReport(this.node.id) : undefined;
    if (overBudget !== undefined) return this.refuse({ code: 'BUDGET_REPORTS', message: overBudget }, sequence);
    const followUp = await onAgentMessage(message, this.node, this.parts.handlers);
    this.sender.ack(sequence);
    try {
      await followUp?.();
    } catch (err) {
      // The message is stored and acknowledged: what did not follow from it now is made up for by the coordinator's own poll.
      this.log.error({ err }, 'work after a message failed');
    }
  }

  private decode(value: unknown, sequence: number): AgentMessage | undefined {
    try {
      return decodeAgentMessage(value);
    } catch (error) {
      // A newer agent's unknown message is no reason to part; a connection that does not even say hello is.
      if (this.state === 'greeting') this.breakOff(error as BinhostError, sequence);
      else this.refuse(error as BinhostError, sequence);
      return undefined;
    }
  }

  private async greet(hello: Hello, sequence: number): Promise<void> {
    const mismatch = protocolMismatch(hello.protocolVersion);
    if (mismatch !== undefined) return this.breakOff({ code: 'PROTOCOL_VERSION', message: mismatch }, sequence);
    const shown = shownIdentity(hello, this.nonce);
    if (shown.kind === 'forged') return this.turnAway(FORGED, sequence);
    if (shown.kind === 'none') return this.turnAway(MISSING, sequence);
    const greeting = await this.parts.handlers.greet(hello, {
      publicKey: shown.publicKey,
      address: this.parts.address,
    });
    if (this.state !== 'greeting') return;
    if ('refusal' in greeting) return this.turnAway(greeting.refusal, sequence);
    const { node, welcome } = greeting;
    this.node = node;
    this.log = this.log.child({ node: node.name });
    this.move('greeted');
    this.sender.ack(sequence);
    this.sender.message(welcome);
    this.log.info({ agentVersion: hello.agentVersion, lastEvent: hello.lastEvent }, 'agent online');
    this.parts.onOnline(node, this, hello.lastEvent);
  }

  /** Ends it for a reason that no quick reconnect mends: who the agent is. */
  turnAway(reason: { code: string; message: string }, sequence: number | null = null): void {
    this.refuse(reason, sequence);
    this.close(CLOSE_CODE.identity, reason.code);
  }

  private onFailure(error: unknown): void {
    if (error instanceof BinhostError && error.code.startsWith('PROTOCOL_')) return this.breakOff(error, null);
    this.log.error({ err: error }, 'agent message could not be handled');
    this.sender.error({ code: 'INTERNAL', message: 'the coordinator could not store it; send it again' }, null, false);
    this.close(CLOSE_CODE.internalError, 'INTERNAL');
  }

  private onOverflow(bufferedBytes: number): void {
    this.log.warn({ bufferedBytes }, 'agent reads too slowly, connection closed');
    this.move('close');
    this.socket.terminate();
  }

  private onClosed(code: number): void {
    this.move('close');
    this.over.abort();
    if (this.node === undefined) return;
    this.log.info({ code }, 'agent offline');
    this.parts.onOffline(this.node, this);
  }

  private refuse(error: { code: string; message: string }, sequence: number | null, final = false): void {
    this.complain({ code: error.code, text: error.message, sequence, final }, 'agent message refused');
    this.sender.error(error, sequence, final);
  }

  /** Writes what an agent did wrong, as long as its share of the log lasts: nobody may fill the disk with refusals. */
  private complain(facts: object, phrase: string): void {
    const bytes = JSON.stringify(facts).length + phrase.length;
    if (this.parts.budgets.takeLog(this.node?.id ?? STRANGERS, bytes)) {
      this.isMuted = false;
      return this.log.warn(facts, phrase);
    }
    if (!this.isMuted) this.log.warn('log budget used up, what follows of this agent is not written');
    this.isMuted = true;
  }

  private breakOff(error: { code: string; message: string }, sequence: number | null): void {
    this.refuse(error, sequence, true);
    this.close(CLOSE_CODE.protocolError, error.code);
  }

  private move(event: SessionEvent): void {
    this.state = nextSessionState(this.state, event) ?? this.state;
  }

  private async watchHello(): Promise<void> {
    const { clock, limits } = this.parts;
    await clock.sleep(limits.helloTimeoutMs, this.over.signal);
    // A hello that has arrived may still wait for the database.
    if (this.state !== 'greeting' || this.waiting > 0) return;
    this.breakOff({ code: 'HELLO_EXPECTED', message: `expected hello within ${limits.helloTimeoutMs} ms` }, null);
  }

  private async watchSilence(): Promise<void> {
    const { clock, limits } = this.parts;
    const silentMs = await waitForSilence(this.socket, {
      clock,
      pingIntervalMs: limits.pingIntervalMs,
      signal: this.over.signal,
      // While a message is being stored nothing is read, so that no pong can be heard.
      heardAtMs: () => (this.waiting > 0 ? clock.monotonicMs() : this.heardAtMs),
    });
    if (silentMs === undefined) return;
    this.log.warn({ silentMs }, 'agent is silent, connection closed');
    this.socket.terminate();
  }
}
