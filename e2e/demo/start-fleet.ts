import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeHost, type SimulatedHost } from '../sim-portage/make-host.ts';
import { joinNode } from '../support/join-node.ts';
import type { RunningService } from '../support/run-service.ts';
import { type RunningAgent, startAgent } from '../support/start-agent.ts';
import { chooseCoordinatorPorts, type RunningCoordinator, startCoordinator } from '../support/start-coordinator.ts';
import { binhostDescription, NODES, type NodeName, nodeDescription } from './demo-fleet.ts';

/** Everything that the demo has started; stop() ends it in order and removes the directory. */
export interface Fleet {
  directory: string;
  coordinator: RunningCoordinator;
  agents: RunningAgent[];
  hosts: Record<NodeName, SimulatedHost>;
  services(): RunningService[];
}

export interface FleetStart {
  /** Called as the set-up goes on, with one sentence each. */
  onStep: (text: string) => void;
  /** Called for everything that must be undone, in the order in which it was made. */
  onUndo: (undo: () => Promise<void>) => void;
  /** Ends the set-up between two of its steps. */
  signal: AbortSignal;
}

/** @throws with the log's end of what did not start */
export async function startFleet({ onStep, onUndo, signal }: FleetStart): Promise<Fleet> {
  // Short, since Unix sockets have a limit; 0755, since PostgreSQL may run as another user when we are root.
  const directory = await mkdtemp(join(tmpdir(), 'binhost-demo-'));
  onUndo(() => rm(directory, { recursive: true, force: true, maxRetries: 3 }));
  await chmod(directory, 0o755);

  const ports = await chooseCoordinatorPorts();
  const place = (name: string): string => join(directory, name);
  const binhost = await makeHost(binhostDescription(place('binhost/system')));
  const made = await Promise.all(
    NODES.map(async (name) => [name, await makeHost(nodeDescription(name, place(`${name}/system`)))] as const),
  );
  const hosts = Object.fromEntries(made) as Record<NodeName, SimulatedHost>;
  onStep(`made a binhost and ${NODES.length} nodes of the simulated Portage in ${directory}`);

  signal.throwIfAborted();
  const coordinator = await startCoordinator({ directory: place('binhost'), host: binhost, ports });
  onUndo(() => coordinator.stop());
  onStep('coordinator, builder and publisher run on the binhost');

  const nodes = NODES.map((name) => ({ name, directory: place(name), host: hosts[name] }));
  for (const node of nodes) {
    signal.throwIfAborted();
    const printed = await joinNode({ ...node, coordinator });
    onStep(`${node.name} joins by one pasted line: ${provenText(printed)}`);
  }

  signal.throwIfAborted();
  const agents = await Promise.all(
    nodes.map(async (node) => {
      const agent = await startAgent(node);
      onUndo(() => agent.stop());
      return agent;
    }),
  );
  onStep(`agents run on ${NODES.join(', ')}`);
  const services = (): RunningService[] => [coordinator.service, ...agents.map((agent) => agent.service)];
  return { directory, coordinator, agents, hosts, services };
}

/** What join has proven, in a few words of its own. */
function provenText(printed: string): string {
  const proofs = [...printed.matchAll(/^proven (.+)$/gm)].map(([, proof]) => proof);
  return proofs.join(', ') || 'nothing is proven yet';
}
