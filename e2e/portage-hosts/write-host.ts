import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ebuildsOf, type Fleet, type MachineOf } from '../scenarios/fleet.ts';
import { listInstalled } from './list-installed.ts';
import { emergeOnHost, type PortageHost } from './run-on-host.ts';

/** Debian has no sandbox program, and these hosts are namespaces already. */
const FEATURES_OFF =
  'sandbox usersandbox network-sandbox ipc-sandbox pid-sandbox mount-sandbox userpriv usersync news merge-sync';

/** Writes the host's Portage configuration and repositories into its own root. */
export async function writeHost(host: PortageHost, machine: MachineOf, fleet: Fleet, name: string): Promise<void> {
  const at = (...parts: string[]) => join(host.root, ...parts);
  const etc = (...parts: string[]) => at('etc/portage', ...parts);
  const lists = ['package.use', 'package.accept_keywords'];
  for (const directory of ['repos.conf', 'binrepos.conf', 'package.mask', ...(machine.plainFiles ? [] : lists)]) {
    await mkdir(etc(directory), { recursive: true });
  }
  for (const directory of ['lib/portage', 'db/pkg', 'tmp/portage', 'cache/binpkgs', 'cache/distfiles', 'db/repos']) {
    await mkdir(at('var', directory), { recursive: true });
  }
  await host.portage.prepareRoot(host);
  for (const repository of repositoriesOf(fleet, name)) {
    const ebuilds = ebuildsOf(fleet, name, repository);
    await host.portage.writeRepository(host, repository, ebuilds, fleet.metadataCache === true);
    if (repository === 'main') continue;
    await writeFile(
      etc('repos.conf', `${repository}.conf`),
      `[${repository}]\nlocation = /var/db/repos/${repository}\nauto-sync = no\n`,
    );
  }
  await symlink('/var/db/repos/main/profiles/default', etc('make.profile'));
  await writeFile(etc('make.conf'), makeConf(machine));
  const list = (name: string) => (machine.plainFiles ? etc(name) : etc(name, 'fleet'));
  await writeFile(list('package.use'), lines(machine.packageUse));
  await writeFile(list('package.accept_keywords'), lines(machine.acceptKeywords));
  await writeFile(etc('package.mask', 'fleet'), lines(machine.packageMask));
  await writePortageFiles(host, machine.files ?? {});
  await listInstalled(host, ebuildsOf(fleet, name, 'main'), machine.listedAsInstalled ?? []);
  await writeFile(at('var/lib/portage/world'), lines(machine.world));
  await writeFile(at('etc/hostname'), `${name}\n`);
}

/** Files below the host's /etc/portage: path → text. */
export async function writePortageFiles(host: PortageHost, files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(host.root, 'etc/portage', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

function repositoriesOf(fleet: Fleet, name: string): string[] {
  return ['main', ...(fleet.overlays?.[name] ?? [])];
}

function makeConf(machine: MachineOf): string {
  return lines([
    'CFLAGS="-O2 -pipe"',
    `FEATURES="${FEATURES_OFF.split(' ')
      .map((feature) => `-${feature}`)
      .join(' ')} binpkg-multi-instance"`,
    'BINPKG_FORMAT="gpkg"',
    'ACCEPT_LICENSE="*"',
    ...(machine.use ? [`USE="${machine.use}"`] : []),
    ...Object.entries(machine.makeConf ?? {}).map(([key, value]) => `${key}="${value}"`),
  ]);
}

/** Brings the host to its starting state, with its own Portage, one exact version after the other. */
export async function installAtStart(host: PortageHost, machine: MachineOf): Promise<void> {
  for (const cpv of machine.installed ?? []) {
    const result = await emergeOnHost(host, ['--oneshot', '--quiet', '--usepkg=n', '--getbinpkg=n', `=${cpv}`]);
    if (result.exitCode !== 0) throw new Error(`${host.name}: could not install ${cpv}:\n${String(result.all)}`);
  }
}

function lines(list: string[] = []): string {
  return list.map((line) => `${line}\n`).join('');
}
