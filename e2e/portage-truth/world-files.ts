import { createHash } from 'node:crypto';
import { EXPANDED } from './material.ts';
import { builtVariables, ebuildVariables } from './package-variables.ts';
import { type BuiltPackage, cpOf, cpvOf, type Ebuild, type World } from './world.ts';

export interface WorldFile {
  /** Below the world's directory. */
  path: string;
  text: string;
  /** Where only the size counts: the file's length, in bytes. */
  bytes?: number;
  /** Unix time in seconds. */
  modified?: number;
}

/** @param root where the world will stand: some settings name files by their whole path */
export function worldFiles(world: World, root: string): WorldFile[] {
  return [
    ...world.repositories.flatMap((name) => repositoryFiles(world, name)),
    ...profileFiles(world),
    ...nodeFiles(world, root),
    ...world.installed.flatMap((built, at) => installedFiles(built, at + 1)),
    ...Object.entries(world.binhosts).map(([name, binaries]) => indexFile(`binhosts/${name}`, binaries)),
    ...world.ebuilds.flatMap(fetchedFiles),
    indexFile('pkgdir', world.ownBinaries),
    ...world.ownBinaries.map((built) => ({
      path: `pkgdir/${binaryPath(built)}`,
      text: '',
      bytes: built.bytes,
      modified: built.buildTime,
    })),
  ];
}

function repositoryFiles(world: World, name: string): WorldFile[] {
  const below = `repos/${name}`;
  const ebuilds = world.ebuilds.filter((ebuild) => ebuild.repository === name);
  const categories = [...new Set(world.ebuilds.map(({ category }) => category))].sort();
  return [
    { path: `${below}/profiles/repo_name`, text: `${name}\n` },
    { path: `${below}/profiles/categories`, text: lines(categories) },
    { path: `${below}/profiles/arch.list`, text: lines(['amd64', 'arm64', 'x86']) },
    {
      path: `${below}/metadata/layout.conf`,
      text: `masters =${name === 'gentoo' ? '' : ' gentoo'}\nthin-manifests = true\nsign-manifests = false\ncache-formats = md5-dict\n`,
    },
    ...ebuilds.flatMap((ebuild) => ebuildFiles(below, ebuild)),
    ...manifests(below, ebuilds),
  ];
}

function ebuildFiles(below: string, ebuild: Ebuild): WorldFile[] {
  const variables = Object.entries(ebuildVariables(ebuild));
  const text = variables.map(([name, value]) => `${name}="${value}"\n`).join('');
  const cache = [...variables, ['_md5_', createHash('md5').update(text).digest('hex')]];
  return [
    { path: `${below}/${cpOf(ebuild)}/${ebuild.name}-${ebuild.version}.ebuild`, text },
    {
      path: `${below}/metadata/md5-cache/${cpvOf(ebuild)}`,
      text: lines(cache.map(([name, value]) => `${name}=${value}`)),
    },
  ];
}

function fetchedFiles({ sources }: Ebuild): WorldFile[] {
  const here = sources.filter(({ fetched }) => fetched);
  return here.map(({ file, bytes }) => ({ path: `distfiles/${file}`, text: '', bytes: bytes ?? 0 }));
}

function manifests(below: string, ebuilds: readonly Ebuild[]): WorldFile[] {
  const packages = new Map<string, Set<string>>();
  for (const ebuild of ebuilds) {
    const known = packages.get(cpOf(ebuild)) ?? new Set();
    packages.set(cpOf(ebuild), known);
    for (const { file, bytes } of ebuild.sources)
      if (bytes !== null) known.add(`DIST ${file} ${bytes} SHA512 ${'0'.repeat(128)}`);
  }
  return [...packages].map(([cp, known]) => ({ path: `${below}/${cp}/Manifest`, text: lines([...known]) }));
}

function profileFiles({ profile, node }: World): WorldFile[] {
  const below = 'repos/gentoo/profiles/default';
  const defaults = {
    ARCH: 'amd64',
    ACCEPT_KEYWORDS: 'amd64',
    CHOST: 'x86_64-pc-linux-gnu',
    USE_EXPAND: EXPANDED.join(' '),
    USE_EXPAND_HIDDEN: profile.hiddenGroups.join(' '),
    IUSE_IMPLICIT: 'prefix prefix-guest',
    USE: profile.use.join(' '),
  };
  return [
    { path: `${below}/eapi`, text: '8\n' },
    { path: `${below}/make.defaults`, text: assignments(defaults) },
    { path: `${below}/use.force`, text: lines(profile.forced) },
    { path: `${below}/use.mask`, text: lines(profile.masked) },
    ...Object.entries(node.files).map(([name, content]) => ({ path: `etc/portage/${name}`, text: lines(content) })),
    { path: 'var/lib/portage/world', text: lines(node.world) },
  ];
}

function nodeFiles({ node, repositories, binhosts }: World, root: string): WorldFile[] {
  const makeConf = {
    USE: node.use.join(' '),
    ACCEPT_KEYWORDS: node.acceptKeywords,
    ACCEPT_LICENSE: node.acceptLicense,
    FEATURES: node.features,
    // What the agent has to ignore
    EMERGE_DEFAULT_OPTS: '--ask --quiet --columns',
    DISTDIR: `${root}/distfiles`,
    PKGDIR: `${root}/pkgdir`,
    PORTAGE_TMPDIR: `${root}/var/tmp`,
  };
  const reposConf = ['[DEFAULT]', 'main-repo = gentoo'];
  for (const name of repositories) reposConf.push(`[${name}]`, `location = ${root}/repos/${name}`, 'auto-sync = no');
  const binreposConf: string[] = [];
  for (const name of Object.keys(binhosts))
    binreposConf.push(`[${name}]`, `sync-uri = file://${root}/binhosts/${name}`);
  return [
    { path: 'etc/portage/make.conf', text: assignments(makeConf) },
    { path: 'etc/portage/repos.conf', text: lines(reposConf) },
    { path: 'etc/portage/binrepos.conf', text: lines(binreposConf) },
    { path: 'distfiles/.keep', text: '' },
    { path: 'var/tmp/.keep', text: '' },
    { path: 'var/log/.keep', text: '' },
    { path: 'var/db/pkg/.keep', text: '' },
  ];
}

function installedFiles(built: BuiltPackage, counter: number): WorldFile[] {
  const below = `var/db/pkg/${cpvOf(built)}`;
  const variables = {
    ...builtVariables(built),
    CATEGORY: built.category,
    PF: `${built.name}-${built.version}`,
    COUNTER: `${counter}`,
  };
  const known = Object.entries({ ...variables, repository: built.repository }).filter(([, value]) => value !== '');
  return known.map(([name, value]) => ({ path: `${below}/${name}`, text: `${value}\n` }));
}

/** A binhost's index: Portage asks for no more in a pretend run. */
function indexFile(directory: string, binaries: readonly BuiltPackage[]): WorldFile {
  const header = `ARCH: amd64\nPACKAGES: ${binaries.length}\nTIMESTAMP: 1700000001\nVERSION: 0\n`;
  const blocks = binaries.map((built) => {
    const { repository: REPO } = built;
    const facts = {
      CPV: cpvOf(built),
      PATH: binaryPath(built),
      SIZE: `${built.bytes}`,
      MTIME: `${built.buildTime}`,
      REPO,
    };
    const variables = Object.entries({
      ...builtVariables(built),
      ...facts,
      BUILD_ID: built.buildId === null ? '' : `${built.buildId}`,
    });
    return lines(variables.filter(([, value]) => value !== '').map(([name, value]) => `${name}: ${value}`));
  });
  return { path: `${directory}/Packages`, text: [header, ...blocks].join('\n') };
}

function binaryPath(built: BuiltPackage): string {
  const name = `${built.name}-${built.version}`;
  return built.buildId === null
    ? `${built.category}/${name}.gpkg.tar`
    : `${cpOf(built)}/${name}-${built.buildId}.gpkg.tar`;
}

function assignments(variables: Record<string, string>): string {
  return lines(Object.entries(variables).map(([name, value]) => `${name}="${value}"`));
}

function lines(content: readonly string[]): string {
  return content.map((line) => `${line}\n`).join('');
}
