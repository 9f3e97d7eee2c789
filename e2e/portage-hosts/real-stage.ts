import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '@binhost/testkit';
import type { Fleet } from '../scenarios/fleet.ts';
import { type BuildView, type Stage, wishesIn } from '../scenarios/stage.ts';
import { hostDigests } from './host-digests.ts';
import type { HostPortage } from './host-portage.ts';
import { HostProcess } from './host-process.ts';
import { installedPackages } from './installed-packages.ts';
import { openPortageHosts, PLAIN_DIRECTORY, PROGRAM_DIRECTORY } from './portage-hosts.ts';
import { emergeOnHost, type PortageHost, runOnHost, startOnHost } from './run-on-host.ts';
import { trustKey } from './trust-key.ts';

/** The fleet on separate hosts, each with its own Portage; the three processes of the binhost under their own users. */
export async function openRealStage(fleet: Fleet, portage: HostPortage): Promise<Stage> {
  const hosts = await openPortageHosts(fleet, portage);
  const processes: HostProcess[] = [];
  const close = async () => {
    for (const process of processes.reverse()) await process.stop();
    await hosts.close();
  };
  try {
    await makeUsers(hosts.binhost);
    processes.push(...startBinhost(hosts.binhost));
    const trusting = Object.values(hosts.nodes).filter(({ name }) => fleet.nodes[name]?.trustsKey !== false);
    await trustEverywhere(hosts.binhost, trusting, processes);
    for (const node of Object.values(hosts.nodes)) processes.push(await startNode(node, hosts.binhost));
    return stageOf(hosts.binhost, hosts.nodes, processes, close);
  } catch (error) {
    const logs = await logsOf(processes);
    await close();
    throw new Error(`the fleet did not start:\n${logs}`, { cause: error });
  }
}

const SECRET = 'shared by the hosts of this test';
const plain = (...parts: string[]) => join(PLAIN_DIRECTORY, ...parts);
const program = (name: 'agent' | 'coordinator') => [
  'node',
  join(PROGRAM_DIRECTORY, 'packages', name, 'bin', `binhost-${name}.js`),
];

function coordinatorEnv(host: PortageHost): Record<string, string> {
  const setting = (key: string) => `BINHOST_COORDINATOR_${key}`;
  return {
    [setting('PATHS_STATE')]: plain('state'),
    [setting('PATHS_PACKAGES')]: plain('packages'),
    [setting('PATHS_LOGS')]: plain('logs'),
    [setting('PATHS_RUN')]: plain('run'),
    [setting('PACKAGES_LISTEN')]: '0.0.0.0:8080',
    [setting('PACKAGES_URL')]: `http://${host.address}:8080`,
    [setting('CONTROL_LISTEN')]: '0.0.0.0:8443',
    [setting('CONTROL_INSECURE')]: 'true',
    [setting('CONTROL_SECRET')]: SECRET,
    [setting('BUILD_WORK_DIR')]: plain('work'),
    [setting('BUILD_RETRY_PAUSE')]: '5s',
    [setting('PORTAGE_EMERGE')]: host.portage.command('emerge').join(' '),
    [setting('PORTAGE_PORTAGEQ')]: host.portage.command('portageq').join(' '),
    [setting('PORTAGE_GPG')]: host.portage.command('gpg').join(' '),
    [setting('PORTAGE_GPKG_SIGN')]: host.portage.command('gpkg-sign').join(' '),
  };
}

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

function startBinhost(host: PortageHost): HostProcess[] {
  const extraEnv = coordinatorEnv(host);
  const start = (command: string, user: string) =>
    new HostProcess(host, command, [...program('coordinator'), command], { user, extraEnv });
  return [
    start('serve', 'binhost:binhost'),
    start('builder', 'root:root'),
    start('publisher', 'binhost-publish:binhost'),
  ];
}

async function trustEverywhere(binhost: PortageHost, nodes: PortageHost[], processes: HostProcess[]): Promise<void> {
  const keyFile = join(binhost.root, plain('packages', 'default', 'key.asc'));
  let key = '';
  await waitFor(
    async () => {
      for (const process of processes) process.assertRunning();
      key = await readFile(keyFile, 'utf8').catch(() => '');
      return key !== '';
    },
    { timeoutMs: 60_000, what: 'the publisher to make its signing key' },
  );
  for (const node of nodes) await trustKey(node, key);
}

async function startNode(node: PortageHost, binhost: PortageHost): Promise<HostProcess> {
  const conf = `[binhost]\npriority = 9999\nsync-uri = http://${binhost.address}:8080/packages/default\n`;
  await runOnHost(node, ['tee', '/etc/portage/binrepos.conf/binhost.conf'], { input: conf, stdin: 'pipe' });
  return new HostProcess(node, 'agent', [...program('agent'), 'run'], {
    user: 'root:root',
    extraEnv: agentEnv(node, binhost),
  });
}

function agentEnv(node: PortageHost, binhost: PortageHost): Record<string, string> {
  return {
    BINHOST_AGENT_COORDINATOR_URL: `ws://${binhost.address}:8443`,
    BINHOST_AGENT_COORDINATOR_SECRET: SECRET,
    BINHOST_AGENT_NODE_NAME: node.name,
    BINHOST_AGENT_NOTICES_GATHER: '3s',
    BINHOST_AGENT_NOTICES_LONGEST: '20s',
    BINHOST_AGENT_PROVE_MIN_FREE: '1MiB',
    BINHOST_AGENT_PORTAGE_EMERGE: node.portage.command('emerge').join(' '),
    BINHOST_AGENT_PORTAGE_GPG: node.portage.command('gpg').join(' '),
    BINHOST_AGENT_PORTAGE_PORTAGEQ: node.portage.command('portageq').join(' '),
  };
}

function stageOf(
  binhost: PortageHost,
  nodes: Record<string, PortageHost>,
  processes: HostProcess[],
  close: () => Promise<void>,
): Stage {
  const nodeOf = (name: string): PortageHost => {
    const node = nodes[name];
    if (!node) throw new Error(`no node '${name}' in this fleet`);
    return node;
  };
  return {
    portage: binhost.portage.label,
    wishesOf: async (name) => {
      const node = nodeOf(name);
      const result = await startOnHost(node, [...program('agent'), 'status', '--json'], {
        extraEnv: agentEnv(node, binhost),
      });
      for (const process of processes) process.assertRunning();
      return wishesIn(String(result.stdout ?? ''));
    },
    builds: async () => {
      const output = await runOnHost(binhost, [...program('coordinator'), 'builds', '--json'], {
        extraEnv: coordinatorEnv(binhost),
      });
      return JSON.parse(output) as BuildView[];
    },
    index: () => readFile(join(binhost.root, plain('packages', 'default', 'Packages')), 'utf8'),
    updateWorld: async (name) => {
      const result = await emergeOnHost(nodeOf(name), ['--ignore-default-opts', '-guDN', '--verbose', 'world']);
      return { output: String(result.all ?? ''), exitCode: result.exitCode ?? 1 };
    },
    installed: (name) => installedPackages(nodeOf(name)),
    binhostState: () => hostDigests(binhost),
    logs: () => logsOf(processes),
    close,
  };
}

async function logsOf(processes: HostProcess[]): Promise<string> {
  return processes.map((process) => `--- ${process.name}\n${process.logTail()}`).join('\n');
}
