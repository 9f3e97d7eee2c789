import type { AgentStatusView, BuildView, NodeView } from '../support/views.ts';
import type { Fleet } from './start-fleet.ts';

/** All that can be seen of the fleet at one moment, by what any user may ask: view.sock and each node's status.sock. */
export interface Snapshot {
  nodes: NodeView[];
  builds: BuildView[];
  /** By node name; undefined: the agent did not answer. */
  agents: Record<string, AgentStatusView | undefined>;
}

export const EMPTY_SNAPSHOT: Snapshot = { nodes: [], builds: [], agents: {} };

/** @returns undefined where the coordinator does not answer */
export async function readSnapshot({ coordinator, agents }: Fleet): Promise<Snapshot | undefined> {
  const asked = agents.map(async (agent) => [agent.name, await agent.status().catch(() => undefined)] as const);
  const [nodes, builds, statuses] = await Promise.all([
    coordinator.view<NodeView[]>('/api/nodes').catch(() => undefined),
    coordinator.view<BuildView[]>('/api/builds').catch(() => undefined),
    Promise.all(asked),
  ]);
  if (!nodes || !builds) return undefined;
  return { nodes, builds, agents: Object.fromEntries(statuses) };
}
