import type { CollectNow, IndexFacts, PackagesPublished, SigningKeyFacts, WishView } from '@binhost/shared/protocol';
import type { Clock } from '@binhost/shared/time';
import type { Logger } from '../log.ts';
import { type AgentSession, CLOSE_CODE } from './agent-session.ts';
import type { ConnectedNode } from './on-agent-message.ts';
import { makePump, type Pump } from './pump.ts';

/**
 * Who is connected now, and what is pushed to them. In: sessions that came online, hints that something changed.
 * Out: events, each connection's own from its cursor on, and gathered snapshots of wishes.
 * Nothing here is the truth: wishes are read from the database at every push, so that a lost hint only delays, and a push
 * that fails is made up for by the next.
 */
export interface OnlineAgentsParts {
  loadWishes(nodeId: string): Promise<WishView[]>;
  /** The index of the pool of each of these nodes; one without is missing. */
  loadIndexes(nodeIds: readonly string[]): Promise<ReadonlyMap<string, IndexFacts>>;
  /** Changes of wishes within this time go out as one snapshot. */
  gatherMs: number;
  clock: Clock;
  log: Logger;
}

export interface EventRound {
  online(): { nodeId: string; sentEvent: number }[];
  send(nodeId: string, event: PackagesPublished): void;
}

/** So many replaced connections of a node within the window are no accident. */
const CONTESTED_TIMES = 3;
/** Longer than link.refusedPause of an agent, so that it is known again when it comes back. */
const CONTESTED_WINDOW_MS = 20 * 60_000;

interface Replacement {
  /** Monotonic. */
  atMs: number;
  addresses: string[];
}

interface OnlineAgent {
  node: ConnectedNode;
  session: AgentSession;
  /** Newest event that was sent on this connection. */
  sentEvent: number;
  /** The wishes that were sent last, as text: an equal snapshot is not sent again. */
  sentWishes: string | undefined;
  /** SHA-256 of the index that it was told of last. */
  sentIndex: string | undefined;
  wishes: Pump;
  pushFailed: boolean;
  over: AbortController;
}

export class OnlineAgents {
  private readonly parts: OnlineAgentsParts;
  private readonly indexes: Pump;
  private readonly agents = new Map<string, OnlineAgent>();
  /** Where connections came from that replaced, or would have replaced, another of the same node; by node name. */
  private readonly replacements = new Map<string, Replacement[]>();

  constructor(parts: OnlineAgentsParts) {
    this.parts = parts;
    const failed = (err: unknown): void => parts.log.error({ err }, 'push failed');
    this.indexes = makePump(() => this.sendIndexes(), failed);
  }

  /**
   * Takes over a greeted session. A second connection of the same node replaces the first, which is surely a dead one; but
   * where two addresses do that again and again, the newcomer is turned away, so that two machines with one identity don't
   * throw each other out for ever.
   *
   * @returns false where it was turned away
   */
  add(node: ConnectedNode, session: AgentSession, lastEvent: number): boolean {
    const former = this.agents.get(node.id);
    if (former && this.isOtherMachine(former.node, node)) {
      this.noteReplacement(node.name, [former.node.address, node.address]);
      session.turnAway({
        code: 'IDENTITY_IN_USE',
        message: `expected one machine as ${node.name}, got two: from ${former.node.address} and from ${node.address}`,
      });
      return false;
    }
    const agent = this.makeAgent(node, session, lastEvent);
    this.agents.set(node.id, agent);
    if (former) {
      this.parts.log.warn({ node: node.name }, 'agent replaced by a newer connection');
      this.noteReplacement(node.name, [former.node.address, node.address]);
      former.over.abort();
      former.session.close(CLOSE_CODE.replaced, 'replaced by a newer connection of this node');
    }
    agent.wishes.wake();
    this.indexes.wake();
    return true;
  }

  /** @returns true where the node is offline now; false where a newer connection has replaced this one */
  remove(node: ConnectedNode, session: AgentSession): boolean {
    const agent = this.agents.get(node.id);
    if (agent?.session !== session) return false;
    this.agents.delete(node.id);
    agent.over.abort();
    return true;
  }

  /**
   * Who is to be sent events, and by which hand, for one round of sending. A connection that comes later, even one of the
   * same node, has a cursor of its own and takes part in the next round only.
   */
  eventRound(): EventRound {
    const round = new Map(this.agents);
    return {
      online: () => [...round.values()].map(({ node, sentEvent }) => ({ nodeId: node.id, sentEvent })),
      send: (nodeId, event) => {
        const agent = round.get(nodeId);
        if (!agent) return;
        agent.session.send('message', event);
        agent.sentEvent = event.event;
      },
    };
  }

  /** Ids of the nodes that are connected. */
  online(): string[] {
    return [...this.agents.keys()];
  }

  /** Public keys of the nodes that are connected. */
  identities(): string[] {
    return [...this.agents.values()].map(({ node }) => node.identity);
  }

  /** Ends the connection of the node that came in by this identity. */
  turnAway(publicKey: string, reason: { code: string; message: string }): void {
    for (const { node, session } of this.agents.values()) {
      if (node.identity === publicKey) session.turnAway(reason);
    }
  }

  /** Nodes whose connections replace each other, with both addresses: two machines use one name. Once may be a connection that died. */
  contested(): string[] {
    return [...this.replacements.keys()]
      .filter((name) => this.recentReplacements(name).length >= CONTESTED_TIMES)
      .sort()
      .map((name) => `${name} (from ${this.addressesOf(name).join(' and ')})`);
  }

  /** Where the node is connected from, and what replaced it or was replaced of late. */
  addressesOf(name: string): string[] {
    const now = [...this.agents.values()].filter(({ node }) => node.name === name).map(({ node }) => node.address);
    return [...new Set([...now, ...this.recentReplacements(name).flatMap(({ addresses }) => addresses)])];
  }

  private isOtherMachine(former: ConnectedNode, next: ConnectedNode): boolean {
    return former.address !== next.address && this.recentReplacements(next.name).length >= CONTESTED_TIMES;
  }

  private noteReplacement(name: string, addresses: string[]): void {
    const latest = { atMs: this.parts.clock.monotonicMs(), addresses };
    this.replacements.set(name, [...this.recentReplacements(name), latest].slice(-CONTESTED_TIMES));
  }

  private recentReplacements(name: string): Replacement[] {
    const sinceMs = this.parts.clock.monotonicMs() - CONTESTED_WINDOW_MS;
    return (this.replacements.get(name) ?? []).filter(({ atMs }) => atMs > sinceMs);
  }

  isOnline(nodeId: string): boolean {
    return this.agents.has(nodeId);
  }

  /** The wishes of these nodes may have changed; those that a push has failed to reach get another. */
  pushWishes(nodeIds: readonly string[]): void {
    const changed = new Set(nodeIds);
    for (const agent of this.agents.values()) {
      if (agent.pushFailed || changed.has(agent.node.id)) agent.wishes.wake();
    }
  }

  /** An index may have changed: all whose pool has another than they were told hear of it, whoever it was published for. */
  pushIndexes(): void {
    this.indexes.wake();
  }

  private async sendIndexes(): Promise<void> {
    const loaded = await this.parts.loadIndexes(this.online());
    for (const agent of this.agents.values()) {
      const index = loaded.get(agent.node.id);
      if (!index || index.sha256 === agent.sentIndex) continue;
      agent.session.send('loose', { type: 'index-published', index });
      agent.sentIndex = index.sha256;
    }
  }

  /**
   * Asks agents to look now.
   *
   * @param nodeName undefined: all that are connected
   * @returns names of the nodes that were asked
   */
  askLook(reason: string, nodeName?: string): string[] {
    const message: CollectNow = { type: 'collect-now', reason };
    const asked = [...this.agents.values()].filter(({ node }) => nodeName === undefined || node.name === nodeName);
    for (const { session } of asked) session.send('message', message);
    return asked.map(({ node }) => node.name).sort();
  }

  /** Tells every agent that is connected the signing keys of its pool. @param keysOf undefined: it has none yet */
  async tellKeys(keysOf: (nodeId: string) => Promise<SigningKeyFacts | undefined>): Promise<void> {
    for (const { node, session } of this.agents.values()) {
      const keys = await keysOf(node.id);
      if (keys) session.send('message', { type: 'signing-keys', ...keys });
    }
  }

  /** Ends all connections; resolves when nothing of them runs any more. */
  async close(): Promise<void> {
    const agents = [...this.agents.values()];
    await this.indexes.stop();
    for (const { session } of agents) session.close(CLOSE_CODE.goingAway, 'the coordinator stops');
    await Promise.all(
      agents.map(async ({ session, over, wishes }) => {
        over.abort();
        await Promise.all([session.ended(), wishes.stop()]);
      }),
    );
  }

  private makeAgent(node: ConnectedNode, session: AgentSession, lastEvent: number): OnlineAgent {
    const failed = (err: unknown): void => {
      agent.pushFailed = true;
      this.parts.log.error({ err, node: node.name }, 'push failed');
    };
    const agent: OnlineAgent = {
      node,
      session,
      sentEvent: lastEvent,
      sentWishes: undefined,
      sentIndex: undefined,
      wishes: makePump(() => this.sendWishes(agent), failed),
      pushFailed: false,
      over: new AbortController(),
    };
    return agent;
  }

  private async sendWishes(agent: OnlineAgent): Promise<void> {
    // The first snapshot goes out at once: the agent has nothing to show before it.
    if (agent.sentWishes !== undefined) await this.parts.clock.sleep(this.parts.gatherMs, agent.over.signal);
    if (agent.over.signal.aborted) return;
    const wishes = await this.parts.loadWishes(agent.node.id);
    agent.pushFailed = false;
    const text = JSON.stringify(wishes);
    if (text === agent.sentWishes) return;
    agent.session.send('loose', { type: 'wishes', madeAtMs: this.parts.clock.nowMs(), wishes });
    agent.sentWishes = text;
  }
}
