/** A connected agent, and the newest event that went out on its connection (or that its hello named). */
export interface OnlineAgent {
  nodeId: string;
  sentEvent: number;
}

export interface Recipient {
  nodeId: string;
  /** Events behind this number are to be sent. */
  after: number;
}

/**
 * Who has events waiting: connected agents whose log is longer than what went out to them. Agents that are away learn it
 * at their next hello.
 *
 * @param newest number of the newest event per node; a node without events is missing
 */
export function chooseRecipients(online: readonly OnlineAgent[], newest: ReadonlyMap<string, number>): Recipient[] {
  return online
    .filter((agent) => (newest.get(agent.nodeId) ?? 0) > agent.sentEvent)
    .map((agent) => ({ nodeId: agent.nodeId, after: agent.sentEvent }));
}
