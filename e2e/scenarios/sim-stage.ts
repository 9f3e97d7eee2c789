import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { hostDigests } from '../portage-hosts/host-digests.ts';
import { installedPackages } from '../portage-hosts/installed-packages.ts';
import type { HostDescription } from '../sim-portage/host-description.ts';
import { makeHost, type SimulatedHost } from '../sim-portage/make-host.ts';
import { runSimulated } from '../support/run-simulated.ts';
import { type RunningAgent, startAgent } from '../support/start-agent.ts';
import { chooseCoordinatorPorts, poolUrl, startCoordinator } from '../support/start-coordinator.ts';
import { trustKey } from '../support/trust-key.ts';
import { ebuildDescription } from './ebuild-description.ts';
import { ebuildsOf, type Fleet, type MachineOf } from './fleet.ts';
import type { BuildView, Stage } from './stage.ts';

/** The fleet on the simulated Portage: the built programs as processes of this user, the builder in mode `host`. */
export async function openSimStage(fleet: Fleet): Promise<Stage> {
  // Short, since Unix sockets have a limit; 0755, since PostgreSQL runs as another user when we are root
  const base = await mkdtemp(join(tmpdir(), 'binhost-e2e-'));
  await chmod(base, 0o755);
  const undo: (() => Promise<void>)[] = [() => rm(base, { recursive: true, force: true, maxRetries: 3 })];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const ports = await chooseCoordinatorPorts();
    const binhost = await hostWithFiles(
      fleet.binhost,
      describe(fleet, 'binhost', fleet.binhost, join(base, 'binhost/system')),
    );
    const coordinator = await startCoordinator({ directory: join(base, 'binhost'), host: binhost, ports });
    undo.push(() => coordinator.stop());
    const hosts: Record<string, SimulatedHost> = {};
    const agents: Record<string, RunningAgent> = {};
    for (const [name, machine] of Object.entries(fleet.nodes)) {
      const description = describe(fleet, name, machine, join(base, name, 'system'));
      const host = await hostWithFiles(machine, {
        ...description,
        binaryHosts: [{ name: 'binhost', syncUri: poolUrl(ports) }],
      });
      if (machine.trustsKey !== false) await trustKey(host, `${coordinator.poolUrl}/key.asc`);
      const agent = await startAgent({
        name,
        directory: join(base, name),
        host,
        coordinatorUrl: coordinator.controlUrl,
      });
      undo.push(() => agent.stop());
      hosts[name] = host;
      agents[name] = agent;
    }
    return {
      portage: 'simulated',
      wishesOf: async (name) => (await agents[name]?.status())?.wishes?.list,
      builds: () => coordinator.view<BuildView[]>('/api/builds'),
      index: async () => (await fetch(`${coordinator.poolUrl}/Packages`)).text(),
      updateWorld: (name) => updateWorld(known(hosts, name)),
      installed: (name) => installedPackages({ root: known(hosts, name).directory }),
      binhostState: () => hostDigests({ root: binhost.directory }),
      logs: async () => {
        const services = [coordinator.service, ...Object.values(agents).map((agent) => agent.service)];
        const words = services.map(async (service) => `--- ${service.name}\n${await service.lastWords(60)}`);
        return (await Promise.all(words)).join('\n');
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function hostWithFiles(machine: MachineOf, description: HostDescription): Promise<SimulatedHost> {
  const host = await makeHost(description);
  for (const [path, text] of Object.entries(machine.files ?? {})) {
    const file = join(description.directory, 'etc/portage', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return host;
}

function describe(fleet: Fleet, name: string, machine: MachineOf, directory: string): HostDescription {
  const repositories = ['main', ...(fleet.overlays?.[name] ?? [])];
  return {
    directory,
    repositories: repositories.map((repository) => ({
      name: repository,
      ebuilds: ebuildsOf(fleet, name, repository).map(ebuildDescription),
    })),
    world: machine.world,
    makeConf: { ...(machine.use ? { USE: machine.use } : {}), ...machine.makeConf },
    packageMask: machine.packageMask ?? [],
    packageUse: machine.packageUse ?? [],
    acceptKeywords: machine.acceptKeywords ?? [],
    installed: (machine.installed ?? []).map((cpv) => ({ cpv })),
  };
}

async function updateWorld(host: SimulatedHost): Promise<{ output: string; exitCode: number }> {
  const run = await runSimulated(host, 'emerge', [
    '--color=n',
    '--nospinner',
    '--ignore-default-opts',
    '-guDN',
    'world',
  ]);
  return { output: run.stdout + run.stderr, exitCode: run.exitCode ?? 1 };
}

function known<T>(record: Record<string, T>, name: string): T {
  const found = record[name];
  if (!found) throw new Error(`no node '${name}' in this fleet`);
  return found;
}
