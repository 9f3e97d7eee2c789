/**
 * STEP link (the agent's side): one WebSocket to the coordinator, made again whenever it is lost.
 * In: messages to send, and `hello` asked anew for every connection. Out: calls of the handlers, and the link's state with
 * what is wrong and what to do. Called by agent.ts. It never throws: without a coordinator the agent looks and shows on.
 */
import type { TLSSocket } from 'node:tls';
import { BinhostError } from '@binhost/shared/errors';
import type { AgentMessage, Challenge, CoordinatorMessage, Hello } from '@binhost/shared/protocol';
import { type BackoffLimits, backoffDelayMs, type Clock } from '@binhost/shared/time';
import type { Logger } from '../log.ts';
import type { SituationCode } from '../situations.ts';
import { Connection, type ConnectionParts, type LinkProblem } from './connection.ts';
import { type LinkEvent, type LinkState, nextLinkState } from './link-state.ts';
import { type CoordinatorHandlers, onCoordinatorMessage } from './on-coordinator-message.ts';
import { openTransport } from './open-transport.ts';
import type { ServerTrust } from './server-trust.ts';

export interface LinkParts {
  url: string;
  /** How the coordinator is verified, asked before every connection. @throws CA_UNUSABLE */
  trust: () => ServerTrust;
  /** refusedMs: pause where the coordinator has something against who we are. */
  limits: ConnectionParts['limits'] & BackoffLimits & { refusedMs: number };
  /** What the agent knows now, and who it is, for a new connection. */
  hello: (nonce: string) => Hello;
  handlers: CoordinatorHandlers;
  /** The coordinator could not use a message of ours. */
  onRefused: (message: AgentMessage, problem: LinkProblem) => void;
  /** Why a connection, or the try to make one, ended. */
  onProblem: (problem: LinkProblem) => void;
  /** Every move of the state; `reason` is empty where nothing is wrong. */
  onMove: (from: LinkState, to: LinkState, reason: string) => void;
  clock: Clock;
  /** A number in [0, 1). */
  random: () => number;
  log: Logger;
}

/** What `status` shows of the link. */
export interface LinkView {
  state: LinkState;
  /** Since when, on the wall clock. */
  sinceMs: number;
  /** Why it is not online; null: it is, or nothing is known yet. */
  problem: { message: string; hint: string | null } | null;
}

export class CoordinatorLink {
  private readonly parts: LinkParts;
  private readonly stopped = new AbortController();
  private connection: Connection | undefined;
  private running: Promise<void> | undefined;
  private current: LinkView;
  /** The situation that the log has told of: not again with every try. */
  private told: SituationCode | undefined;

  constructor(parts: LinkParts) {
    this.parts = parts;
    this.current = { state: 'offline', sinceMs: parts.clock.nowMs(), problem: null };
  }

  start(): void {
    this.running ??= this.keepConnected();
  }

  /** @returns false where the link is not online: what matters is sent again after the next welcome */
  send(message: AgentMessage, onAck?: () => void): boolean {
    if (this.current.state !== 'online' || !this.connection) return false;
    this.connection.send(message, onAck);
    return true;
  }

  view(): LinkView {
    return this.current;
  }

  /** Ends the connection, to say a new hello. */
  reconnect(): void {
    this.connection?.close();
  }

  /** Resolves when the connection is closed. */
  async stop(): Promise<void> {
    this.move('stop');
    this.stopped.abort();
    this.connection?.close();
    await this.running;
  }

  private async keepConnected(): Promise<void> {
    const { clock, limits, random } = this.parts;
    let failures = 0;
    while (!this.stopped.signal.aborted) {
      const wasOnline = await this.connectOnce();
      if (this.current.state === 'refused') return;
      failures = wasOnline ? 0 : failures + 1;
      const isRefused = this.told === 'identity-refused' || this.told === 'identity-in-use';
      const pauseMs = isRefused ? limits.refusedMs : backoffDelayMs(Math.max(0, failures - 1), random(), limits);
      await clock.sleep(pauseMs, this.stopped.signal);
    }
  }

  private async connectOnce(): Promise<boolean> {
    const { url, limits, clock } = this.parts;
    this.move('connect');
    let transport: TLSSocket | undefined;
    try {
      transport = await this.openTransport();
    } catch (error) {
      this.lose(problemOf(error));
      return false;
    }
    if (this.stopped.signal.aborted) {
      transport?.destroy();
      return false;
    }
    let wasOnline = false;
    this.connection = new Connection({
      url,
      transport,
      limits,
      clock,
      hello: this.parts.hello,
      onOpen: () => this.move('opened'),
      onMessage: (message) => {
        if (message.type === 'welcome') wasOnline = true;
        this.onMessage(message);
      },
      onRefused: this.parts.onRefused,
    });
    const problem = await this.connection.ended();
    this.connection = undefined;
    this.lose(problem);
    return wasOnline;
  }

  /** undefined where the address is one of this machine, without TLS. */
  private async openTransport(): Promise<TLSSocket | undefined> {
    const { url, trust, limits, clock } = this.parts;
    const address = new URL(url);
    if (address.protocol === 'ws:') return undefined;
    return openTransport({ address, trust: trust(), limitMs: limits.connectMs, clock, signal: this.stopped.signal });
  }

  private onMessage(message: Exclude<CoordinatorMessage, Challenge>): void {
    if (message.type === 'welcome') this.move('welcomed');
    onCoordinatorMessage(message, this.parts.handlers);
  }

  private lose(problem: LinkProblem): void {
    const shown = { message: problem.message, hint: problem.hint };
    if (problem.situation && problem.situation !== this.told) {
      this.parts.log.error({ ...shown, situation: problem.situation }, 'no link with this coordinator');
    }
    this.told = problem.situation;
    this.parts.onProblem(problem);
    this.move(problem.final ? 'refuse' : 'lose', shown);
    if (this.current.state === 'refused') this.parts.log.error(shown, 'coordinator refused the agent');
  }

  /** The one setter of the state. */
  private move(event: LinkEvent, problem: LinkView['problem'] = this.current.problem): void {
    const from = this.current.state;
    const to = nextLinkState(from, event);
    if (!to) return;
    this.current = { state: to, sinceMs: this.parts.clock.nowMs(), problem: to === 'online' ? null : problem };
    const facts = { from, to, ...(event === 'lose' && problem ? { reason: problem.message } : {}) };
    if (to === 'online') this.parts.log.info(facts, 'agent online');
    else if (from === 'online') this.parts.log.info(facts, 'agent offline');
    else this.parts.log.debug(facts, 'link state changed');
    this.parts.onMove(from, to, event === 'stop' ? 'the agent stops' : (problem?.message ?? ''));
  }
}

/** Why there is not even a connection. */
function problemOf(error: unknown): LinkProblem {
  const { code, message } = error as NodeJS.ErrnoException;
  if (!(error instanceof BinhostError)) {
    const hint = code === 'EPROTO' || /SSL/.test(message) ? NO_TLS_HINT : null;
    return { message: message || code || String(error), hint, final: false };
  }
  const isUntrusted = error.code === 'SERVER_UNTRUSTED' || error.code === 'CA_UNUSABLE';
  return {
    message: error.message,
    hint: error.hint ?? null,
    final: false,
    ...(isUntrusted ? { situation: 'coordinator-untrusted' } : {}),
  };
}

const NO_TLS_HINT = 'See that coordinator.url names the control listener of a coordinator, and that it speaks TLS.';
