import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BinaryHostDescription, HostDescription, InstalledDescription } from './host-description.ts';
import { writeRepository } from './make-repository.ts';

/**
 * Writes a host directory for the simulated Portage, with the real layout: etc/portage, var/db/repos, var/db/pkg,
 * var/lib/portage/world. The real Portage can work on it too, laid over a root file system.
 * Comes in: a description. Goes out: the directory, and how to call the programs that act on it.
 */
export interface SimulatedHost {
  directory: string;
  /** Environment of every program that should act on this host. */
  env: { SIM_PORTAGE_HOST: string };
  /** argv that needs no environment: `portage.emerge` of a configuration. */
  programs: Record<SimulatedProgram, string[]>;
}

export const SIMULATED_PROGRAMS = ['emerge', 'portageq', 'gpkg-sign', 'gpg'] as const;
export type SimulatedProgram = (typeof SIMULATED_PROGRAMS)[number];

/** Where the programs lie, to be put in front of PATH. */
export const simulatedPrograms = join(dirname(fileURLToPath(import.meta.url)), 'bin');

export async function makeHost(description: HostDescription): Promise<SimulatedHost> {
  const { directory, repositories } = description;
  const main = repositories[0]?.name ?? '';
  for (const repository of repositories) {
    await writeRepository(directory, repository, repository.name === main ? '' : main);
  }
  await writeConfiguration(description);
  for (const each of description.installed ?? []) await writeInstalled(description, each);
  await writeLines(join(directory, 'var/lib/portage/world'), [...(description.world ?? [])].sort());
  await mkdir(join(directory, 'var/db/pkg'), { recursive: true });
  return simulatedHost(directory);
}

/** How to call the programs on a host directory that is there. */
export function simulatedHost(directory: string): SimulatedHost {
  const call = (program: SimulatedProgram): [SimulatedProgram, string[]] => [
    program,
    [process.execPath, join(simulatedPrograms, program), `--simulated-host=${directory}`],
  ];
  const programs = Object.fromEntries(SIMULATED_PROGRAMS.map(call)) as Record<SimulatedProgram, string[]>;
  return { directory, env: { SIM_PORTAGE_HOST: directory }, programs };
}

async function writeConfiguration(description: HostDescription): Promise<void> {
  const { directory, repositories } = description;
  const config = join(directory, 'etc/portage');
  const makeConf = { CFLAGS: '-O2 -pipe', ACCEPT_LICENSE: '*', ...description.makeConf };
  const main = repositories[0]?.name ?? '';
  const plain = description.plainFiles === true;
  await writeLines(
    join(config, 'make.conf'),
    Object.entries(makeConf).map(([name, value]) => `${name}="${value}"`),
  );
  await writeLines(join(config, plain ? 'package.use' : 'package.use/host'), description.packageUse ?? []);
  await writeLines(
    join(config, plain ? 'package.accept_keywords' : 'package.accept_keywords/host'),
    description.acceptKeywords ?? [],
  );
  await writeLines(join(config, 'package.mask/host'), description.packageMask ?? []);
  await writeLines(join(config, 'repos.conf/host.conf'), [
    '[DEFAULT]',
    `main-repo = ${main}`,
    ...repositories.flatMap(({ name }) => [`[${name}]`, `location = /var/db/repos/${name}`, 'auto-sync = no']),
  ]);
  await writeBinaryHosts(config, description.binaryHosts ?? []);
  await symlink(`/var/db/repos/${main}/profiles/default`, join(config, 'make.profile'));
}

async function writeBinaryHosts(config: string, hosts: BinaryHostDescription[]): Promise<void> {
  const lines = hosts.flatMap((host) => [
    `[${host.name}]`,
    `priority = ${host.priority ?? 9999}`,
    `sync-uri = ${host.syncUri}`,
    ...(host.verifySignature === undefined ? [] : [`verify-signature = ${host.verifySignature}`]),
  ]);
  await writeLines(join(config, 'binrepos.conf/host.conf'), lines);
}

async function writeInstalled(description: HostDescription, installed: InstalledDescription): Promise<void> {
  const found = description.repositories.flatMap((repository) =>
    repository.ebuilds.filter(({ cpv }) => cpv === installed.cpv).map((ebuild) => ({ ebuild, repository })),
  )[0];
  if (!found) throw new Error(`expected an ebuild of ${installed.cpv} in the description, since it is installed`);
  const { ebuild, repository } = found;
  const [category = '', pf = ''] = ebuild.cpv.split('/');
  const files: Record<string, string> = {
    BUILD_TIME: '1700000000',
    CATEGORY: category,
    COUNTER: '1',
    EAPI: '8',
    IUSE: ebuild.iuse ?? '',
    KEYWORDS: ebuild.keywords ?? 'amd64',
    LICENSE: ebuild.license ?? 'GPL-2',
    PF: pf,
    SLOT: ebuild.slot ?? '0',
    USE: (installed.use ?? []).join(' '),
    repository: repository.name,
    RDEPEND: installed.rdepend ?? ebuild.rdepend ?? '',
    DEPEND: installed.depend ?? ebuild.depend ?? '',
    PROVIDES: ebuild.libraries?.length ? `x86_64: ${ebuild.libraries.join(' ')}` : '',
  };
  for (const [name, text] of Object.entries(files)) {
    if (text !== '') await writeLines(join(description.directory, 'var/db/pkg', ebuild.cpv, name), [text]);
  }
}

async function writeLines(path: string, lines: string[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, lines.map((line) => `${line}\n`).join(''));
}
