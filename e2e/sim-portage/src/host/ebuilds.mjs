/**
 * The ebuild repositories of a host. An ebuild's md5-cache entry is the truth about it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareVersions, splitCpv } from '../grammar/versions.mjs';
import { parseIni, readConfigFiles } from './make-conf.mjs';
import { words } from './settings.mjs';

export const DEPENDENCY_KEYS = ['BDEPEND', 'DEPEND', 'RDEPEND', 'IDEPEND', 'PDEPEND'];

/** @returns {{ name: string, location: string, main: boolean, priority: number }[]} highest priority first */
export function readRepositories(host) {
  const sections = parseIni(readConfigFiles(join(host.configDir, 'repos.conf')));
  const main = sections.get('DEFAULT')?.['main-repo'];
  const repositories = [...sections]
    .filter(([name, section]) => name !== 'DEFAULT' && section.location)
    .map(([name, section]) => ({
      name,
      location: host.inside(section.location),
      main: name === main,
      priority: Number(section.priority ?? (name === main ? -1000 : 0)),
      section,
    }));
  return repositories.sort((a, b) => b.priority - a.priority || (a.name < b.name ? -1 : 1));
}

/** @param {ReturnType<typeof readRepositories>} repositories */
export function openEbuilds(repositories, iuseImplicit) {
  const remembered = new Map();
  const ofName = (cp) => {
    if (!remembered.has(cp))
      remembered.set(
        cp,
        repositories.flatMap((each) => readName(each, cp, iuseImplicit)),
      );
    return remembered.get(cp);
  };
  return {
    /** Newest first; of two repositories with the same version the one of higher priority first. */
    ofName: (cp) => ofName(cp).toSorted((a, b) => compareVersions(b.version, a.version)),
    exact: (cpv, repository) =>
      ofName(splitCpv(cpv)?.cp ?? '').find((pkg) => pkg.cpv === cpv && (!repository || pkg.repository === repository)),
    namesLike: (name) => repositories.flatMap((each) => namesIn(each).filter((cp) => cp.endsWith(`/${name}`))),
  };
}

function readName(repository, cp, iuseImplicit) {
  const directory = join(repository.location, 'metadata/md5-cache', cp.split('/')[0]);
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .map((pf) => ({ pf, parts: splitCpv(`${cp.split('/')[0]}/${pf}`) }))
    .filter(({ parts }) => parts?.cp === cp)
    .map(({ pf }) => makeEbuild(repository, `${cp.split('/')[0]}/${pf}`, iuseImplicit));
}

function namesIn(repository) {
  const cache = join(repository.location, 'metadata/md5-cache');
  if (!existsSync(cache)) return [];
  return readdirSync(cache).flatMap((category) =>
    readdirSync(join(cache, category)).map((pf) => splitCpv(`${category}/${pf}`)?.cp ?? ''),
  );
}

function makeEbuild(repository, cpv, iuseImplicit) {
  const metadata = Object.fromEntries(
    readFileSync(join(repository.location, 'metadata/md5-cache', cpv), 'utf8')
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  return {
    kind: 'ebuild',
    repository: repository.name,
    location: repository.location,
    ...packageFacts(cpv, metadata, iuseImplicit),
  };
}

/** What all three kinds of packages have in common, out of metadata by Portage's names. */
export function packageFacts(cpv, metadata, iuseImplicit = []) {
  const [slot, subslot = slot] = (metadata.SLOT || '0').split('/');
  const flags = words(metadata.IUSE);
  return {
    ...splitCpv(cpv),
    cpv,
    metadata,
    slot,
    subslot,
    keywords: metadata.KEYWORDS ?? '',
    license: metadata.LICENSE ?? '',
    properties: words(metadata.PROPERTIES),
    restrict: words(metadata.RESTRICT),
    iuse: new Set(flags.map((flag) => flag.replace(/^[+-]/, ''))),
    iuseDefaults: flags.filter((flag) => flag.startsWith('+')).map((flag) => flag.slice(1)),
    /** Flags that a dependency or an enabled set may name although they stand in no IUSE: the architecture and such. */
    implicit: new Set(iuseImplicit),
  };
}
