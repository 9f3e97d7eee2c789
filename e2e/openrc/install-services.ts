import { chmod, copyFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '@binhost/testkit';
import { makeHost, type SimulatedHost, type SimulatedProgram } from '../sim-portage/make-host.ts';
import { type Settings, settingsText } from '../support/settings-text.ts';
import type { SeparateRoot } from './openrc-root.ts';

export const SERVICES = ['binhost-coordinator', 'binhost-builder', 'binhost-publisher', 'binhost-agent'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Never ends while the tests run: whenever the builder ends, it ends in the middle of this. */
export const LONG_BUILD = 'app-misc/long-1.0';

const workspace = fileURLToPath(new URL('../../', import.meta.url));
const packaging = fileURLToPath(new URL('../../packaging/openrc/', import.meta.url));

/** What a machine may already have of ours; the tests must not meet it. */
const OURS = ['etc/binhost-*', 'var/lib/binhost-*', 'var/cache/binhost-*', 'var/log/binhost-*', 'var/tmp/binhost-*'];

/**
 * Installs users, programs, services and settings as packaging/README.md says; every path keeps its default. One machine is
 * binhost and node at once, each with a simulated Portage of its own; it has not joined yet.
 */
export async function installServices(root: SeparateRoot): Promise<void> {
  await root.must(['sh', '-c', `cd / && rm -rf ${OURS.join(' ')}`]);
  await makeUsers(root);
  await installPrograms(root);
  for (const name of SERVICES) {
    await copyInto(root, `${packaging}${name}.initd`, `/etc/init.d/${name}`, 0o755);
    await copyInto(root, `${packaging}${name}.confd`, `/etc/conf.d/${name}`, 0o644);
    await appendConf(root, name, 'SERVICE_RESPAWN_DELAY="1"');
  }
  // As the machine's boot does: the services' order, and OpenRC's own directories below /run.
  await root.must(['rc-update', '--update']);
  await writeSettings(root);
}

/** Adds a line to a service's file in /etc/conf.d. */
export async function appendConf(root: SeparateRoot, service: ServiceName, line: string): Promise<void> {
  await writeFile(root.outside(`/etc/conf.d/${service}`), `${line}\n`, { flag: 'a' });
}

async function makeUsers(root: SeparateRoot): Promise<void> {
  const exists = async (database: string, name: string) => (await root.run(['getent', database, name])).exitCode === 0;
  if (!(await exists('group', 'binhost'))) await root.must(['groupadd', '--system', 'binhost']);
  for (const name of ['binhost', 'binhost-publish']) {
    if (await exists('passwd', name)) continue;
    const home = ['--gid', 'binhost', '--home-dir', '/var/lib/binhost-coordinator', '--shell', '/sbin/nologin'];
    await root.must(['useradd', '--system', ...home, name]);
  }
}

const NODE = '/opt/binhost-node';
const WORKSPACE = '/opt/binhost';

/** The workspace and Node may lie where the services' users can't go, below somebody's home. */
async function installPrograms(root: SeparateRoot): Promise<void> {
  await root.must(['mkdir', WORKSPACE]);
  await root.must(['touch', NODE]);
  await root.bind(workspace, WORKSPACE);
  await root.bind(process.execPath, NODE);
  for (const name of ['agent', 'coordinator']) {
    const program = `${WORKSPACE}/packages/${name}/bin/binhost-${name}.js`;
    const file = root.outside(`/usr/bin/binhost-${name}`);
    await writeFile(file, `#!/bin/sh\nexec ${NODE} ${program} "$@"\n`);
    await chmod(file, 0o755);
  }
}

async function copyInto(root: SeparateRoot, from: string, to: string, mode: number): Promise<void> {
  await copyFile(from, root.outside(to));
  await chmod(root.outside(to), mode);
}

async function writeSettings(root: SeparateRoot): Promise<void> {
  const [packages, control] = [await freePort(), await freePort()];
  const repositories = [{ name: 'main', ebuilds: [{ cpv: 'app-misc/hello-2.12' }, { cpv: LONG_BUILD, seconds: 600 }] }];
  const binhost = await makeHost({ directory: `${root.shared}/binhost`, repositories });
  const node = await makeHost({
    directory: `${root.shared}/node`,
    repositories,
    world: ['app-misc/hello', 'app-misc/long'],
  });
  await root.must(['mkdir', '-p', '/etc/binhost-coordinator', '/etc/binhost-agent']);
  const coordinator: Settings = {
    ...portageSettings(binhost, ['emerge', 'portageq', 'gpg', 'gpkg-sign']),
    'packages.listen': `127.0.0.1:${packages}`,
    'packages.url': `http://127.0.0.1:${packages}`,
    'control.listen': `127.0.0.1:${control}`,
    'build.mode': 'host',
    'build.jobs': 2,
    'build.retryPause': '1ms',
    'build.lease': '3s',
    'plan.interval': '2s',
    'publish.poll': '2s',
  };
  const agent: Settings = {
    ...portageSettings(node, ['emerge', 'portageq', 'gpg']),
    'look.jitter': '0s',
    'notices.gather': '1s',
    'link.longestPause': '1s',
    'prove.minFree': '1MiB',
  };
  await writeFile(root.outside('/etc/binhost-coordinator/coordinator.toml'), settingsText(coordinator));
  await writeFile(root.outside('/etc/binhost-agent/agent.toml'), settingsText(agent));
}

/** The simulated programs by their paths inside. */
function portageSettings(host: SimulatedHost, programs: SimulatedProgram[]): Settings {
  const call = (program: SimulatedProgram) => [
    `portage.${program === 'gpkg-sign' ? 'gpkgSign' : program}`,
    [NODE, `${WORKSPACE}/e2e/sim-portage/bin/${program}`, `--simulated-host=${host.directory}`],
  ];
  return { ...(Object.fromEntries(programs.map(call)) as Settings), 'portage.root': host.directory };
}
