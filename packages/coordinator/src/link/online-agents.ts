import type { CollectNow, PackagesPublished, WishView } from '@binhost/shared/protocol';
import type { Clock } from '@binhost/shared/time';
import type { Logger } from '../log.ts';
import { type AgentSession, CLOSE_CODE } from './agent-session.ts';
import type { ConnectedNode } from './on-agent-message.ts';
import { makePump, type Pump } from './pump.ts';

/**
 * Who is connected now, and what is pushed to them. In: sessions that came online, hints that something changed.
 * Out: events after each session's cursor, in order and without gaps, and gathered snapshots of wishes.
 * Nothing here is the truth: events and wishes are read from the database at every push, so that a lost hint only
 * delays, and a push that fails is made up for by the next.
 */
export interface OnlineAgentsParts {
  /** Events of the node's log after this number, in order. */
  loadEvents(nodeId: string, after: number): Promise<PackagesPublished[]>;
  loadWishes(nodeId: string): Promise<WishView[]>;
  /** Changes of wishes within this time go out as one snapshot. */
  gatherMs: number;
  clock: Clock;
  log: Logger;
}

interface OnlineAgent {
  node: ConnectedNode;
  session: AgentSession;
  /** Newest event that was sent on this connection. */
  sentEvent: number;
  /** The wishes that were sent last, as text: an equal snapshot is not sent again. */
  sentWishes: string | undefined;
  events: Pump;
  wishes: Pump;
  over: AbortController;
}

export class OnlineAgents {
  private readonly parts: OnlineAgentsParts;
  private readonly agents = new Map<string, OnlineAgent>();

  constructor(parts: OnlineAgentsParts) {
    this.parts = parts;
  }

  /** Takes over a greeted session. A second connection of the same node replaces the first, which is surely a dead one. */
  add(node: ConnectedNode, session: AgentSession, lastEvent: number): void {
    const former = this.agents.get(node.id);
    const agent = this.makeAgent(node, session, lastEvent);
    this.agents.set(node.id, agent);
    if (former) {
      former.over.abort();
      former.session.close(CLOSE_CODE.replaced, 'replaced by a newer connection of this node');
    }
    agent.events.wake();
    agent.wishes.wake();
  }

  /** @returns true where the node is offline now; false where a newer connection has replaced this one */
  remove(node: ConnectedNode, session: AgentSession): boolean {
    const agent = this.agents.get(node.id);
    if (agent?.session !== session) return false;
    this.agents.delete(node.id);
    agent.over.abort();
    return true;
  }

  /** Something in the event logs may be new. */
  pushEvents(): void {
    for (const agent of this.agents.values()) agent.events.wake();
  }

  /** Wishes may have changed: of this node, or of all. */
  pushWishes(nodeId?: string): void {
    for (const agent of this.agents.values()) {
      if (nodeId === undefined || agent.node.id === nodeId) agent.wishes.wake();
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

  ids(): ReadonlySet<string> {
    return new Set(this.agents.keys());
  }

  /** Ends all connections; resolves when nothing of them runs any more. */
  async close(): Promise<void> {
    const agents = [...this.agents.values()];
    for (const { session } of agents) session.close(CLOSE_CODE.goingAway, 'the coordinator stops');
    await Promise.all(
      agents.map(async ({ session, over, events, wishes }) => {
        over.abort();
        await Promise.all([session.ended(), events.stop(), wishes.stop()]);
      }),
    );
  }

  private makeAgent(node: ConnectedNode, session: AgentSession, lastEvent: number): OnlineAgent {
    const failed = (err: unknown): void => this.parts.log.error({ err, node: node.name }, 'push failed');
    const agent: OnlineAgent = {
      node,
      session,
      sentEvent: lastEvent,
      sentWishes: undefined,
      events: makePump(() => this.sendEvents(agent), failed),
      wishes: makePump(() => this.sendWishes(agent), failed),
      over: new AbortController(),
    };
    return agent;
  }

  private async sendEvents(agent: OnlineAgent): Promise<void> {
    if (agent.over.signal.aborted) return;
    for (const event of await this.parts.loadEvents(agent.node.id, agent.sentEvent)) {
      agent.session.send('message', event);
      agent.sentEvent = event.event;
    }
  }

  private async sendWishes(agent: OnlineAgent): Promise<void> {
    // The first snapshot goes out at once: the agent has nothing to show before it.
    if (agent.sentWishes !== undefined) await this.parts.clock.sleep(this.parts.gatherMs, agent.over.signal);
    if (agent.over.signal.aborted) return;
    const wishes = await this.parts.loadWishes(agent.node.id);
    const text = JSON.stringify(wishes);
    if (text === agent.sentWishes) return;
    agent.session.send('loose', { type: 'wishes', madeAtMs: this.parts.clock.nowMs(), wishes });
    agent.sentWishes = text;
  }
}
