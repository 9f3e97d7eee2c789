import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '@binhost/testkit';
import { appendLines, WORLD_FILE } from '../scenarios/append-lines.ts';
import type { Fleet, Settings } from '../scenarios/fleet.ts';
import {
  type BinhostProcess,
  type BuildView,
  binreposEntry,
  OUR_ENTRY,
  type Stage,
  situationsIn,
  wishesIn,
} from '../scenarios/stage.ts';
import { hostDigests } from './host-digests.ts';
import type { HostPortage } from './host-portage.ts';
import { HostProcess } from './host-process.ts';
import { installedPackages } from './installed-packages.ts';
import { nameOtherBinhost, openOtherBinhost, startOtherBinhost } from './other-binhost.ts';
import { openPortageHosts, PLAIN_DIRECTORY, type PortageHosts, PROGRAM_DIRECTORY } from './portage-hosts.ts';
import { type PortageHost, runOnHost, startOnHost } from './run-on-host.ts';
import { serveSource } from './serve-source.ts';
import { writePortageFiles } from './write-host.ts';

/** The fleet on separate hosts each with its own Portage, the three processes of the binhost under their own users. */
export async function openRealStage(fleet: Fleet, portage: HostPortage): Promise<Stage> {
  const hosts = await openPortageHosts(fleet, portage);
  const running: RunningMachines = new Map();
  const stop = async (machine: string) => {
    for (const process of (running.get(machine) ?? []).reverse()) await process.stop();
    running.delete(machine);
  };
  const close = async () => {
    for (const machine of [...running.keys()].reverse()) await stop(machine);
    await hosts.close();
  };
  try {
    await makeUsers(hosts.binhost);
    running.set('binhost', startBinhost(hosts.binhost, fleet));
    await waitForProbe(hosts.binhost, allOf(running));
    if (hosts.other) running.set('other', [await openOtherBinhost(hosts.other, fleet.otherBinhost?.offers ?? [])]);
    for (const node of Object.values(hosts.nodes)) {
      await joinNode(node, hosts.binhost, fleet);
      if (hosts.other) await nameOtherBinhost(node, hosts.other);
      running.set(node.name, [startAgent(node, fleet)]);
    }
    return stageOf({ fleet, hosts, running, stop, close });
  } catch (error) {
    const logs = logsOf(running);
    await close();
    throw new Error(`the fleet did not start:\n${logs}`, { cause: error });
  }
}

/** Machine → our programs that run on it. */
type RunningMachines = Map<string, HostProcess[]>;

const allOf = (running: RunningMachines) => [...running.values()].flat();

/** Longest wait for our programs to answer after they were started; a busy machine takes its time. */
const START_MS = 180_000;
const plain = (...parts: string[]) => join(PLAIN_DIRECTORY, ...parts);
const program = (name: 'agent' | 'coordinator') => [
  'node',
  join(PROGRAM_DIRECTORY, 'packages', name, 'bin', `binhost-${name}.js`),
];

const setting = (key: string) => `BINHOST_COORDINATOR_${key}`;

function environmentOf(prefix: string, settings: Settings = {}): Record<string, string> {
  const pairs = Object.entries(settings).map(([key, value]) => [`${prefix}${envName(key)}`, String(value)]);
  return Object.fromEntries(pairs);
}

function coordinatorEnv(host: PortageHost, fleet: Fleet): Record<string, string> {
  return {
    [setting('PATHS_STATE')]: plain('state'),
    [setting('PATHS_PACKAGES')]: plain('packages'),
    [setting('PATHS_LOGS')]: plain('logs'),
    [setting('PATHS_RUN')]: plain('run'),
    [setting('PACKAGES_LISTEN')]: '0.0.0.0:8080',
    [setting('PACKAGES_URL')]: `http://${host.address}:8080`,
    [setting('CONTROL_LISTEN')]: '0.0.0.0:8443',
    [setting('BUILD_WORK_DIR')]: plain('work'),
    [setting('BUILD_RETRY_PAUSE')]: '5s',
    [setting('PORTAGE_EMERGE')]: host.portage.command('emerge').join(' '),
    [setting('PORTAGE_PORTAGEQ')]: host.portage.command('portageq').join(' '),
    [setting('PORTAGE_GPG')]: host.portage.command('gpg').join(' '),
    [setting('PORTAGE_GPKG_SIGN')]: host.portage.command('gpkg-sign').join(' '),
    [setting('SYNC_COMMAND')]: host.portage.syncCommand.join(' '),
    ...environmentOf(setting(''), fleet.settings),
  };
}

/** `build.retryPause` → `BUILD_RETRY_PAUSE`. */
const envName = (key: string) => key.replace(/[A-Z]/g, '_$&').replace('.', '_').toUpperCase();

/** The three users of the binhost's processes, and directories as the OpenRC services make them. */
async function makeUsers(host: PortageHost): Promise<void> {
  await runOnHost(host, ['groupadd', '--system', 'binhost']);
  for (const user of ['binhost', 'binhost-publish']) {
    await runOnHost(host, [
      'useradd',
      '--system',
      '--gid',
      'binhost',
      '--home-dir',
      plain('state'),
      '--shell',
      '/bin/false',
      user,
    ]);
  }
  const directory = (owner: string, mode: string, path: string) =>
    runOnHost(host, ['install', '-d', '-o', owner, '-g', 'binhost', '-m', mode, path]);
  await directory('root', '1771', plain('state'));
  await directory('root', '1770', plain('state', 'staging'));
  await directory('binhost-publish', '0700', plain('state', 'gnupg'));
  await directory('binhost', '0750', plain('run'));
  await directory('root', '0750', plain('logs'));
  await directory('binhost-publish', '0755', plain('packages'));
  await directory('root', '0700', plain('work'));
}

/** In the order in which they are started. */
const BINHOST_USERS: [BinhostProcess, string][] = [
  ['serve', 'binhost:binhost'],
  ['builder', 'root:root'],
  ['publisher', 'binhost-publish:binhost'],
];

function startBinhost(host: PortageHost, fleet: Fleet): HostProcess[] {
  return BINHOST_USERS.map((each) => startProcess(each, host, fleet));
}

function startProcess([command, user]: [BinhostProcess, string], host: PortageHost, fleet: Fleet): HostProcess {
  const identity = { user, extraEnv: coordinatorEnv(host, fleet) };
  return new HostProcess(host, command, [...program('coordinator'), command], identity);
}

/** @returns the binhost's processes, one of them ended and started anew */
async function restartOne(
  processes: HostProcess[],
  which: BinhostProcess,
  start: (process: [BinhostProcess, string]) => HostProcess,
): Promise<HostProcess[]> {
  const place = BINHOST_USERS.findIndex(([command]) => command === which);
  await processes[place]?.stop();
  return processes.with(place, start(BINHOST_USERS[place] as [BinhostProcess, string]));
}

async function waitForProbe(binhost: PortageHost, processes: HostProcess[]): Promise<void> {
  const published = (name: string) => join(binhost.root, plain('packages', 'default', name));
  await waitFor(
    async () => {
      for (const process of processes) process.assertRunning();
      const probes = await readdir(published('probe')).catch(() => []);
      return probes.length > 0 && (await readFile(published('Packages'), 'utf8').catch(() => '')) !== '';
    },
    { timeoutMs: START_MS, what: 'the publisher to make its signing key, its first index and its probe' },
  );
}

/** As people do it: a token made on the binhost, its line pasted on the node. */
async function joinNode(node: PortageHost, binhost: PortageHost, fleet: Fleet): Promise<void> {
  const create = [...program('coordinator'), 'token', 'create', '--name', node.name, '--json'];
  const made = await startOnHost(binhost, create, { extraEnv: coordinatorEnv(binhost, fleet) });
  const { line } = JSON.parse(String(made.stdout)) as { line: string };
  const { trustsKey, namesBinhost } = fleet.nodes[node.name] ?? {};
  const skip = [
    ...(trustsKey === false ? ['--skip', 'key'] : []),
    ...(namesBinhost === false ? ['--skip', 'repository'] : []),
  ];
  const words = line.split(' ').slice(1);
  await runOnHost(node, [...program('agent'), ...words, '--yes', ...skip], { extraEnv: agentEnv(node, fleet) });
}

async function writeBinaryHost(node: PortageHost, binhost: PortageHost): Promise<void> {
  const conf = binreposEntry('binhost', `http://${binhost.address}:8080/packages/default`, OUR_ENTRY);
  await writePortageFiles(node, { 'binrepos.conf/binhost.conf': conf });
}

function startAgent(node: PortageHost, fleet: Fleet): HostProcess {
  return new HostProcess(node, 'agent', [...program('agent'), 'run'], {
    user: 'root:root',
    extraEnv: agentEnv(node, fleet),
  });
}

function agentEnv(node: PortageHost, fleet: Fleet): Record<string, string> {
  const { settings = {} } = fleet.nodes[node.name] ?? {};
  return {
    BINHOST_AGENT_NODE_NAME: node.name,
    BINHOST_AGENT_LOOK_RETRY_PAUSE: '10s',
    BINHOST_AGENT_NOTICES_GATHER: '3s',
    BINHOST_AGENT_NOTICES_LONGEST: '20s',
    BINHOST_AGENT_PROVE_MIN_FREE: '1MiB',
    BINHOST_AGENT_PORTAGE_EMERGE: node.portage.command('emerge').join(' '),
    BINHOST_AGENT_PORTAGE_GPG: node.portage.command('gpg').join(' '),
    BINHOST_AGENT_PORTAGE_PORTAGEQ: node.portage.command('portageq').join(' '),
    ...environmentOf('BINHOST_AGENT_', settings),
  };
}

interface OpenStage {
  fleet: Fleet;
  hosts: PortageHosts;
  running: RunningMachines;
  stop: (machine: string) => Promise<void>;
  close: () => Promise<void>;
}

function stageOf({ fleet, hosts, running, stop, close }: OpenStage): Stage {
  const { binhost, nodes, other } = hosts;
  const hostOf = (name: string): PortageHost => {
    const host = name === 'binhost' ? binhost : nodes[name];
    if (!host) throw new Error(`no machine '${name}' in this fleet`);
    return host;
  };
  const run: Stage['run'] = async (name, what, args) => {
    const host = hostOf(name);
    const argv =
      what === 'emerge' ? host.portage.command('emerge') : program(what === 'binhost-agent' ? 'agent' : 'coordinator');
    const extraEnv =
      what === 'binhost-agent' ? agentEnv(host, fleet) : what === 'emerge' ? {} : coordinatorEnv(host, fleet);
    const result = await startOnHost(host, [...argv, ...args], { extraEnv });
    return {
      command: `${what} ${args.join(' ')} on ${name}`,
      stdout: String(result.stdout ?? ''),
      output: String(result.all ?? ''),
      exitCode: result.exitCode ?? 1,
    };
  };
  return {
    portage: binhost.portage.label,
    wishesOf: async (name) => {
      const { stdout } = await run(name, 'binhost-agent', ['status', '--json']);
      for (const process of allOf(running)) process.assertRunning();
      return wishesIn(stdout);
    },
    situationsOf: async (name) => situationsIn((await run(name, 'binhost-agent', ['status', '--json'])).stdout),
    serveSource: async (cpv) => {
      running.set('sources', [await serveSource(binhost, fleet, cpv)]);
    },
    nameBinhost: (name) => writeBinaryHost(hostOf(name), binhost),
    builds: async () =>
      JSON.parse((await run('binhost', 'binhost-coordinator', ['builds', '--json'])).stdout) as BuildView[],
    run,
    stop,
    start: async (name) => {
      if (name === 'other' && other) {
        running.set(name, [await startOtherBinhost(other)]);
        return;
      }
      running.set(name, name === 'binhost' ? startBinhost(binhost, fleet) : [startAgent(hostOf(name), fleet)]);
      const probe = async () =>
        (await run(name, name === 'binhost' ? 'binhost-coordinator' : 'binhost-agent', ['status'])).exitCode === 0;
      await waitFor(probe, { timeoutMs: START_MS, everyMs: 500, what: `${name} to answer again` });
    },
    index: () => readFile(join(binhost.root, plain('packages', 'default', 'Packages')), 'utf8'),
    restart: async (which) => {
      const start = (each: [BinhostProcess, string]) => startProcess(each, binhost, fleet);
      running.set('binhost', await restartOne(running.get('binhost') ?? [], which, start));
      const probe = async () => (await run('binhost', 'binhost-coordinator', ['status'])).exitCode === 0;
      await waitFor(probe, { timeoutMs: START_MS, everyMs: 500, what: `${which} to answer again` });
    },
    addEbuilds: (name, repository, ebuilds) => hostOf(name).portage.addEbuilds(hostOf(name), repository, ebuilds),
    addToWorld: (name, packages) => appendLines(join(hostOf(name).root, WORLD_FILE), packages),
    configure: (name, files) => writePortageFiles(hostOf(name), files),
    published: join(binhost.root, plain('packages', 'default')),
    installed: (name) => installedPackages(hostOf(name)),
    binhostState: () => hostDigests(binhost),
    logs: async () => logsOf(running),
    close,
  };
}

function logsOf(running: RunningMachines): string {
  return allOf(running)
    .map((process) => `--- ${process.name}\n${process.logTail()}`)
    .join('\n');
}
