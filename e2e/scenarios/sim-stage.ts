import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { hostDigests } from '../portage-hosts/host-digests.ts';
import { installedPackages } from '../portage-hosts/installed-packages.ts';
import type { HostDescription } from '../sim-portage/host-description.ts';
import { makeHost, type SimulatedHost } from '../sim-portage/make-host.ts';
import { addEbuilds, mendFault } from '../sim-portage/make-repository.ts';
import { joinNode } from '../support/join-node.ts';
import { runSimulated } from '../support/run-simulated.ts';
import { agentProgram, type RunningAgent, startAgent } from '../support/start-agent.ts';
import { chooseCoordinatorPorts, coordinatorProgram, poolUrl, startCoordinator } from '../support/start-coordinator.ts';
import { appendLines, WORLD_FILE } from './append-lines.ts';
import { ebuildDescription } from './ebuild-description.ts';
import { ebuildsOf, type Fleet, type MachineOf } from './fleet.ts';
import { openOtherBinhost } from './sim-other-binhost.ts';
import {
  type BuildView,
  binreposEntry,
  OTHER_ENTRY,
  OUR_ENTRY,
  type ProgramRun,
  type Stage,
  type StageProgram,
} from './stage.ts';

type OurProgram = Exclude<StageProgram, 'emerge'>;

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
    const startBinhost = () =>
      startCoordinator({
        directory: join(base, 'binhost'),
        host: binhost,
        ports,
        settings: { 'sync.command': ['true'], ...fleet.settings },
      });
    let coordinator = await startBinhost();
    undo.push(() => coordinator.stop());
    const hosts: Record<string, SimulatedHost> = { binhost };
    const agents: Record<string, RunningAgent> = {};
    const startNode = (name: string) => startAgent({ name, directory: join(base, name), host: known(hosts, name) });
    const { otherBinhost } = fleet;
    const other =
      otherBinhost &&
      (await openOtherBinhost(describe(fleet, 'other', otherBinhost, join(base, 'other')), otherBinhost.offers));
    if (other) undo.push(() => other.stop());
    const nameBinhost = (host: SimulatedHost) =>
      writePortageFiles(host.directory, {
        'binrepos.conf/binhost.conf': binreposEntry('binhost', poolUrl(ports), OUR_ENTRY),
      });
    for (const [name, machine] of Object.entries(fleet.nodes)) {
      const description = describe(fleet, name, machine, join(base, name, 'system'));
      const host = await hostWithFiles(machine, description);
      const otherEntry = other && binreposEntry('other', other.uri, OTHER_ENTRY);
      if (otherEntry) await writePortageFiles(host.directory, { 'binrepos.conf/other.conf': otherEntry });
      const { settings = {} } = machine;
      await joinNode({ name, directory: join(base, name), host, settings, coordinator, skip: skippedBy(machine) });
      hosts[name] = host;
      agents[name] = await startNode(name);
      undo.push(async () => agents[name]?.stop());
    }
    return {
      portage: 'simulated',
      wishesOf: async (name) => (await agents[name]?.status())?.wishes?.list,
      situationsOf: async (name) => (await agents[name]?.status())?.situations?.map(({ code }) => code) ?? [],
      serveSource: (cpv) => mendFault(binhost.directory, cpv),
      nameBinhost: (name) => nameBinhost(known(hosts, name)),
      builds: () => coordinator.view<BuildView[]>('/api/builds'),
      index: async () => (await fetch(`${coordinator.poolUrl}/Packages`)).text(),
      run: (name, program, args) => {
        const host = known(hosts, name);
        if (program === 'emerge') return runEmerge(host, args);
        const configFile = program === 'binhost-agent' ? known(agents, name).configFile : coordinator.configFile;
        return runOurs(host, program, [...args, '--config', configFile]);
      },
      stop: async (name) => {
        if (name === 'other') await other?.stop();
        else await (name === 'binhost' ? coordinator : known(agents, name)).stop();
      },
      start: async (name) => {
        if (name === 'other') await other?.start();
        else if (name === 'binhost') coordinator = await startBinhost();
        else agents[name] = await startNode(name);
      },
      restart: async (process) => {
        throw new Error(`expected a stage with a ${process} of its own, got serve --all: give the scenario buildRoots`);
      },
      addEbuilds: (name, repository, ebuilds) =>
        addEbuilds(known(hosts, name).directory, repository, ebuilds.map(ebuildDescription)),
      addToWorld: (name, packages) => appendLines(join(known(hosts, name).directory, WORLD_FILE), packages),
      configure: (name, files) => writePortageFiles(known(hosts, name).directory, files),
      published: join(base, 'binhost/packages/default'),
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

/** What the node's owner does not want join to do. */
function skippedBy({ trustsKey, namesBinhost }: MachineOf): ('repository' | 'key')[] {
  return [...(trustsKey === false ? ['key' as const] : []), ...(namesBinhost === false ? ['repository' as const] : [])];
}

async function hostWithFiles(machine: MachineOf, description: HostDescription): Promise<SimulatedHost> {
  const host = await makeHost(description);
  await writePortageFiles(description.directory, machine.files ?? {});
  return host;
}

async function writePortageFiles(directory: string, files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(directory, 'etc/portage', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
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
    plainFiles: machine.plainFiles === true,
    installed: [
      ...(machine.installed ?? []).map((cpv) => ({ cpv })),
      ...(machine.listedAsInstalled ?? []).map((cpv) => ({ cpv, use: defaultFlags(fleet, cpv) })),
    ],
  };
}

function defaultFlags(fleet: Fleet, cpv: string): string[] {
  const { iuse = '' } = fleet.repositories['main']?.find((ebuild) => ebuild.cpv === cpv) ?? {};
  return iuse.split(' ').flatMap((flag) => (flag.startsWith('+') ? [flag.slice(1)] : []));
}

async function runEmerge(host: SimulatedHost, args: string[]): Promise<ProgramRun> {
  const { stdout, stderr, exitCode } = await runSimulated(host, 'emerge', args);
  return { command: `emerge ${args.join(' ')}`, stdout, output: stdout + stderr, exitCode: exitCode ?? 1 };
}

/** One of our own commands, as a person types it on that machine. */
async function runOurs(host: SimulatedHost, program: OurProgram, args: string[]): Promise<ProgramRun> {
  const file = program === 'binhost-agent' ? agentProgram : coordinatorProgram;
  const result = await execa(process.execPath, [file, ...args], {
    stdin: 'ignore',
    reject: false,
    all: true,
    env: host.env,
  });
  return {
    command: `${program} ${args.join(' ')}`,
    stdout: result.stdout,
    output: result.all,
    exitCode: result.exitCode ?? 1,
  };
}

function known<T>(record: Record<string, T>, name: string): T {
  const found = record[name];
  if (!found) throw new Error(`no node '${name}' in this fleet`);
  return found;
}
