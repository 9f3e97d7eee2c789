import type { AgentMessage, EventSeen, Hello, Inventory, Proofs, Report, Welcome } from '@binhost/shared/protocol';

/** Who speaks on a connection, once its hello was accepted. */
export interface ConnectedNode {
  id: string;
  name: string;
  /** Its public key. */
  identity: string;
  /** Where it comes from. */
  address: string;
}

/** What is known of a connection when its hello comes. */
export interface Caller {
  /** Whose signature was right. */
  publicKey: string;
  address: string;
}

/** Why a hello is not taken. The code begins with IDENTITY_: the agent waits long before it comes again. */
export interface Refusal {
  refusal: { code: string; message: string };
}

/** The answer to hello. */
export interface Greeting {
  node: ConnectedNode;
  welcome: Welcome;
}

/** Work that follows from a message and need not be finished before its acknowledgement. */
export type FollowUp = () => Promise<void>;

/**
 * What the steps behind the link do with each message. Each resolves after the commit: the acknowledgement follows it.
 * A rejection closes the connection; the agent then returns and sends again what was not acknowledged.
 */
export interface AgentHandlers {
  greet(hello: Hello, caller: Caller): Promise<Greeting | Refusal>;
  inventory(node: ConnectedNode, inventory: Inventory): Promise<FollowUp | undefined>;
  report(node: ConnectedNode, report: Report): Promise<FollowUp | undefined>;
  proofs(node: ConnectedNode, proofs: Proofs): Promise<FollowUp | undefined>;
  eventSeen(node: ConnectedNode, seen: EventSeen): Promise<FollowUp | undefined>;
}

/** All that an agent may say after hello, and who takes it. */
export function onAgentMessage(
  message: Exclude<AgentMessage, Hello>,
  node: ConnectedNode,
  handlers: AgentHandlers,
): Promise<FollowUp | undefined> {
  switch (message.type) {
    case 'inventory':
      return handlers.inventory(node, message);
    case 'report':
      return handlers.report(node, message);
    case 'proofs':
      return handlers.proofs(node, message);
    case 'event-seen':
      return handlers.eventSeen(node, message);
  }
}
