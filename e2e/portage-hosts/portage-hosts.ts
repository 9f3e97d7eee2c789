import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Fleet, MachineOf } from '../scenarios/fleet.ts';
import type { HostPortage } from './host-portage.ts';
import { type PortageHost, runOnHost } from './run-on-host.ts';
import { installAtStart, writeHost } from './write-host.ts';

/**
 * Separate Gentoo-like hosts on one machine, each running a Portage of its own: an overlay of this machine's
 * root with its own /etc/portage, /var/lib/portage, /var/db/pkg and PKGDIR, in a network namespace on a bridge of its own.
 * Everything that they write lies on one tmpfs and is gone with close().
 */
export interface PortageHosts {
  binhost: PortageHost;
  nodes: Record<string, PortageHost>;
  /** A binhost that is not ours. */
  other: PortageHost | undefined;
  close(): Promise<void>;
}

const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** The subnet is of the test's own namespaces; nothing routes to it from outside. */
const SUBNET = '10.78.0';
/** Where every host sees this checkout, readable for all its users wherever it lies on this machine. */
export const PROGRAM_DIRECTORY = '/opt/binhost-agent';
/** Real files, no overlay: build roots, the hand-over directory and the database need that. Mounted here on the binhost. */
export const PLAIN_DIRECTORY = '/srv/binhost';

let fleets = 0;

export async function openPortageHosts(fleet: Fleet, portage: HostPortage): Promise<PortageHosts> {
  // several fleets may run in one process; names of network devices have at most 15 characters
  const tag = `bh${process.pid}${fleets++ ? `-${fleets}` : ''}`;
  const base = await mkdtemp('/mnt/binhost-hosts-');
  const undo: (() => Promise<unknown>)[] = [() => rm(base, { recursive: true, force: true })];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=6g,mode=0755', 'tmpfs', base]);
    undo.push(() => quietly('umount', ['-l', base]));
    await run('ip', ['link', 'add', tag, 'type', 'bridge']);
    undo.push(() => quietly('ip', ['link', 'del', tag]));
    await run('ip', ['link', 'set', tag, 'up']);
    const hosts: Record<string, PortageHost> = {};
    const machines: [string, MachineOf][] = [['binhost', fleet.binhost], ...Object.entries(fleet.nodes)];
    if (fleet.otherBinhost) machines.push(['other', fleet.otherBinhost]);
    for (const [index, [name, machine]] of machines.entries()) {
      const host = hostOf({ name, tag, base, index, portage });
      await makeRoot(base, host, { ownFileSystems: name === 'binhost' ? (fleet.ownFileSystems ?? []) : [], undo });
      await joinNetwork(tag, host, index, undo);
      await writeHost(host, machine, fleet, name);
      hosts[name] = host;
    }
    for (const [name, machine] of machines) await installAtStart(hosts[name] as PortageHost, machine);
    const { binhost, other, ...nodes } = hosts;
    return { binhost: binhost as PortageHost, nodes, other, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function hostOf(place: { name: string; tag: string; base: string; index: number; portage: HostPortage }): PortageHost {
  const { name, tag, base, index, portage } = place;
  return {
    name,
    namespace: `${tag}-${name}`,
    root: join(base, name, 'root'),
    address: `${SUBNET}.${index + 1}`,
    portage,
    env: {
      HOME: '/root',
      LC_ALL: 'C.UTF-8',
      TERM: 'dumb',
      HOSTNAME: name,
      PATH: `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      ...portage.env,
    },
  };
}

async function makeRoot(
  base: string,
  host: PortageHost,
  { ownFileSystems, undo }: { ownFileSystems: string[]; undo: (() => Promise<unknown>)[] },
): Promise<void> {
  const layer = (part: string) => join(base, host.name, part);
  for (const part of ['root', 'plain', 'empty']) await mkdir(layer(part), { recursive: true });
  for (const directory of ['/', ...ownFileSystems]) {
    const upper = layer(`upper${directory.replaceAll('/', '-')}`);
    const work = `${upper}-work`;
    const target = join(host.root, directory);
    for (const path of [upper, work, target]) await mkdir(path, { recursive: true });
    // this machine need not have it
    const lower = existsSync(directory) ? directory : layer('empty');
    const options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
    await run('mount', ['-t', 'overlay', host.namespace, '-o', options, target]);
    undo.push(() => quietly('umount', ['-l', target]));
  }
  await run('mount', ['--bind', '/proc', join(host.root, 'proc')]);
  await run('mount', ['--rbind', '/dev', join(host.root, 'dev')]);
  await run('mount', ['--make-rslave', join(host.root, 'dev')]);
  undo.push(() => quietly('umount', ['-l', join(host.root, 'proc')]));
  undo.push(() => quietly('umount', ['-R', '-l', join(host.root, 'dev')]));
  await bind(layer('plain'), join(host.root, PLAIN_DIRECTORY), undo);
  await bind(projectRoot, join(host.root, PROGRAM_DIRECTORY), undo);
}

async function bind(from: string, to: string, undo: (() => Promise<unknown>)[]): Promise<void> {
  await mkdir(to, { recursive: true });
  await run('mount', ['--bind', from, to]);
  undo.push(() => quietly('umount', ['-l', to]));
}

async function joinNetwork(
  tag: string,
  host: PortageHost,
  index: number,
  undo: (() => Promise<unknown>)[],
): Promise<void> {
  const outer = `${tag}v${index}`;
  await run('ip', ['netns', 'add', host.namespace]);
  undo.push(() => quietly('ip', ['netns', 'del', host.namespace]));
  await run('ip', ['link', 'add', outer, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', host.namespace]);
  await run('ip', ['link', 'set', outer, 'master', tag, 'up']);
  await run('ip', ['-n', host.namespace, 'addr', 'add', `${host.address}/24`, 'dev', 'eth0']);
  for (const device of ['eth0', 'lo']) await run('ip', ['-n', host.namespace, 'link', 'set', device, 'up']);
  await runOnHost(host, ['true']);
}

async function run(command: string, args: string[]): Promise<void> {
  await execa(command, args, { stdin: 'ignore' });
}

/** While closing, what is already gone is as good as undone. */
async function quietly(command: string, args: string[]): Promise<void> {
  await execa(command, args, { stdin: 'ignore', reject: false });
}
