import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { BinhostError } from '@binhost/shared/errors';
import {
  type AgentMessage,
  type Challenge,
  type CoordinatorMessage,
  decodeCoordinatorMessage,
  type Frame,
  type Hello,
} from '@binhost/shared/protocol';
import type { Clock } from '@binhost/shared/time';
import { WebSocket } from 'ws';
import { SITUATIONS, type SituationCode } from '../situations.ts';
import { frameBytes, readFrame } from './frame-bytes.ts';

/** Why there is no link, and what to do about it. */
export interface LinkProblem {
  message: string;
  hint: string | null;
  /** No reconnect helps. */
  final: boolean;
  /** Shown in the status, where it is more than a network that does not work. */
  situation?: SituationCode;
}

export interface ConnectionParts {
  url: string;
  /** A verified TLS connection to it; undefined: it is on this machine and speaks without. */
  transport: TLSSocket | undefined;
  /** The answer to the coordinator's challenge. @throws where the node's identity cannot be read */
  hello: (nonce: string) => Hello;
  limits: { connectMs: number; pingIntervalMs: number; maxFrame: number };
  clock: Clock;
  onOpen: () => void;
  /** Every message, in order; what it throws ends the connection. */
  onMessage: (message: Exclude<CoordinatorMessage, Challenge>) => void;
  /** The other side answered a numbered message with an error. */
  onRefused: (message: AgentMessage, problem: LinkProblem) => void;
}

/**
 * One connection to the coordinator, from the first byte to the last. In: numbered and loose frames. Out: messages in order,
 * acknowledgements, and one LinkProblem at its end. It is never used again after that.
 */
export class Connection {
  private readonly parts: ConnectionParts;
  private readonly socket: WebSocket;
  private readonly over = new AbortController();
  private readonly unacknowledged = new Map<number, { message: AgentMessage; onAck: (() => void) | undefined }>();
  private sequence = 0;
  private isChallenged = false;
  private isWelcomed = false;
  private heardAtMs: number;
  private problem: LinkProblem | undefined;

  constructor(parts: ConnectionParts) {
    this.parts = parts;
    this.heardAtMs = parts.clock.monotonicMs();
    this.socket = new WebSocket(parts.url, {
      handshakeTimeout: parts.limits.connectMs,
      maxPayload: parts.limits.maxFrame,
      perMessageDeflate: false,
      // Never followed, since nobody has verified where they lead.
      followRedirects: false,
      ...(parts.transport ? { createConnection: () => parts.transport as Socket } : {}),
    });
    this.socket.on('unexpected-response', (_request, response) => this.onHttpAnswer(response));
    this.socket.on('error', (error) => this.end({ message: errorText(error), hint: null, final: false }));
    this.socket.on('open', () => this.onOpen());
    this.socket.on('ping', () => this.heard());
    this.socket.on('pong', () => this.heard());
    this.socket.on('message', (data: Buffer, isBinary: boolean) => this.onData(data, isBinary));
    this.socket.on('close', (code) => this.onClose(code));
  }

  /** A numbered message; `onAck` is called when the coordinator has committed it, and never if the connection ends before. */
  send(message: AgentMessage, onAck?: () => void): void {
    if (this.over.signal.aborted || this.socket.readyState !== WebSocket.OPEN) return;
    this.sequence += 1;
    this.unacknowledged.set(this.sequence, { message, onAck });
    this.write({ kind: 'message', sequence: this.sequence, message });
  }

  /** Says goodbye; `ended` follows. */
  close(): void {
    this.problem ??= { message: 'the agent closed the connection', hint: null, final: false };
    if (this.socket.readyState !== WebSocket.OPEN) return this.socket.terminate();
    this.socket.close(1000);
    void this.after(CLOSE_LIMIT_MS, () => this.socket.terminate());
  }

  /** Resolves once the connection has ended, with the reason. */
  async ended(): Promise<LinkProblem> {
    if (!this.over.signal.aborted) {
      await new Promise((resolve) => this.over.signal.addEventListener('abort', resolve, { once: true }));
    }
    return this.problem ?? { message: 'the connection was closed', hint: null, final: false };
  }

  private onOpen(): void {
    this.heard();
    this.parts.onOpen();
    void this.after(this.parts.limits.connectMs, () => {
      if (!this.isWelcomed) this.end({ message: this.missing(), hint: null, final: false });
    });
    void this.watchSilence();
  }

  private onData(data: Buffer, isBinary: boolean): void {
    this.heard();
    try {
      this.onFrame(readFrame(data, isBinary, this.parts.limits.maxFrame));
    } catch (error) {
      this.end({
        message: errorText(error),
        hint: error instanceof BinhostError ? (error.hint ?? null) : null,
        final: false,
      });
    }
  }

  private onFrame(frame: Frame): void {
    switch (frame.kind) {
      case 'ack':
        return this.onAck(frame.sequence);
      case 'error':
        return this.onError(frame);
      case 'loose':
        return this.take(frame.message, null);
      case 'message':
        return this.take(frame.message, frame.sequence);
    }
  }

  private onAck(sequence: number): void {
    const sent = this.unacknowledged.get(sequence);
    this.unacknowledged.delete(sequence);
    sent?.onAck?.();
  }

  private onError(frame: Extract<Frame, { kind: 'error' }>): void {
    const hint = frame.final ? 'The agent does not try again by itself: correct it and restart the agent.' : null;
    const problem = { message: `the coordinator answered ${frame.code}: ${frame.message}`, hint, final: frame.final };
    const situation = identitySituation(frame.code);
    if (situation) return this.end({ ...problem, hint: SITUATIONS[situation].whatToDo, final: false, situation });
    if (frame.final) return this.end(problem);
    const sent = frame.sequence === null ? undefined : this.unacknowledged.get(frame.sequence);
    if (frame.sequence !== null) this.unacknowledged.delete(frame.sequence);
    if (sent) this.parts.onRefused(sent.message, problem);
  }

  private take(value: unknown, sequence: number | null): void {
    let message: CoordinatorMessage;
    try {
      message = decodeCoordinatorMessage(value);
    } catch (error) {
      // A newer coordinator's unknown message is no reason to part.
      const { code, message: text } = error as BinhostError;
      return this.write({ kind: 'error', code, message: text.slice(0, 2000), sequence, final: false });
    }
    if (message.type === 'challenge') return this.onChallenge(message.nonce);
    if (!this.isChallenged) {
      // Nothing that we say would be bound to this connection.
      return this.end({ message: `expected a challenge first, got '${message.type}'`, hint: OLD_HINT, final: false });
    }
    if (!this.isWelcomed && message.type !== 'welcome') {
      return this.end({ message: `expected welcome, got '${message.type}'`, hint: null, final: false });
    }
    this.isWelcomed = true;
    this.parts.onMessage(message);
    if (sequence !== null) this.write({ kind: 'ack', sequence });
  }

  private onChallenge(nonce: string): void {
    if (this.isChallenged)
      return this.end({ message: 'expected one challenge, got a second', hint: null, final: false });
    this.isChallenged = true;
    this.send(this.parts.hello(nonce));
  }

  private missing(): string {
    return this.isChallenged ? 'expected a welcome after hello, got none' : 'expected a challenge, got none';
  }

  private write(frame: Frame): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(frameBytes(frame));
  }

  private onHttpAnswer(response: IncomingMessage): void {
    response.resume();
    const hint = hintOfStatus(response.statusCode);
    this.end({ message: `expected a WebSocket, got HTTP ${response.statusCode}`, hint, final: false });
  }

  private onClose(code: number): void {
    this.problem ??= { message: `the coordinator closed the connection (${code})`, hint: null, final: false };
    this.over.abort();
  }

  /** The first reason wins. */
  private end(problem: LinkProblem): void {
    this.problem ??= problem;
    this.socket.terminate();
    this.over.abort();
  }

  private heard(): void {
    this.heardAtMs = this.parts.clock.monotonicMs();
  }

  private async watchSilence(): Promise<void> {
    const { clock, limits } = this.parts;
    while (!this.over.signal.aborted) {
      await clock.sleep(limits.pingIntervalMs, this.over.signal);
      if (this.over.signal.aborted) return;
      const silentMs = clock.monotonicMs() - this.heardAtMs;
      if (silentMs >= limits.pingIntervalMs * PINGS_BEFORE_LOST) {
        return this.end({ message: `heard nothing for ${Math.round(silentMs / 1000)} s`, hint: null, final: false });
      }
      if (this.socket.readyState === WebSocket.OPEN) this.socket.ping();
    }
  }

  private async after(ms: number, act: () => void): Promise<void> {
    await this.parts.clock.sleep(ms, this.over.signal);
    if (!this.over.signal.aborted) act();
  }
}

const OLD_HINT = 'The coordinator may be older than this agent: update binhost-coordinator first.';

/** What the coordinator has against who we are, by the code of its error. */
function identitySituation(code: string): 'identity-refused' | 'identity-in-use' | undefined {
  if (code === 'IDENTITY_IN_USE') return 'identity-in-use';
  return code.startsWith('IDENTITY_') ? 'identity-refused' : undefined;
}

/** A connection that was silent for this many ping intervals is lost. */
const PINGS_BEFORE_LOST = 3;
/** How long the other side may take to answer the closing handshake. */
const CLOSE_LIMIT_MS = 1000;

function hintOfStatus(status: number | undefined): string {
  if (status === 429) {
    return "Too many connections began at this node's address (limits.connectsPerMinute of the coordinator); the agent tries again by itself.";
  }
  return 'See that coordinator.url names the control listener of a coordinator.';
}

function errorText(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return message || code || String(error);
}
