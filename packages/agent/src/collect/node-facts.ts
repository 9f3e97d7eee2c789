import { type NodeFacts, UNKNOWN_FACTS } from '@binhost/shared/protocol';
import { keepResultOptions } from './default-options.ts';
import { excludedFromBinaries, wantsBdeps } from './local-facts.ts';
import { splitShellWords } from './shell-words.ts';

/** What a look asks of the node's Portage, as text; read-node-facts.ts reads it. */
export interface NodeFactTexts {
  /** `portageq envvar -v NAME…`: NAME='value', shell-quoted. */
  settings: string;
  /** `portageq repos_config /`: an INI file. */
  repositories: string;
  /** `emerge --version` */
  version: string;
  /** Where make.profile points; empty: there is none. */
  profile: string;
}

export const ASKED_SETTINGS = [
  'CHOST',
  'CFLAGS',
  'ACCEPT_KEYWORDS',
  'FEATURES',
  'EMERGE_DEFAULT_OPTS',
  'PKGDIR',
  'PORTAGE_BINHOST',
];

export interface RepositoryPlace {
  name: string;
  location: string;
}

/**
 * @param revisions revision by repository name; a missing one is null
 */
export function nodeFacts(texts: NodeFactTexts, revisions: ReadonlyMap<string, string | null>): NodeFacts {
  const settings = settingsOf(texts.settings);
  const get = (name: string): string => plainText(settings.get(name) ?? '');
  const options = keepResultOptions(settings.get('EMERGE_DEFAULT_OPTS') ?? '');
  return {
    ...UNKNOWN_FACTS,
    chost: get('CHOST').slice(0, 200),
    cflags: get('CFLAGS').slice(0, 2000),
    profile: profileName(texts.profile).slice(0, 500),
    acceptKeywords: words(get('ACCEPT_KEYWORDS'), 200),
    features: words(get('FEATURES'), 500),
    binaryOnly: options?.binaryOnly ?? false,
    withBdeps: wantsBdeps(options?.kept ?? []),
    usepkgExclude: excludedFromBinaries(options?.kept ?? []),
    portageVersion: (/Portage (\S+)/.exec(texts.version)?.[1] ?? 'unknown').slice(0, 100),
    repositories: repositoryPlaces(texts.repositories)
      .slice(0, 200)
      .map(({ name }) => ({ name: name.slice(0, 100), revision: revisions.get(name)?.slice(0, 200) ?? null })),
  };
}

/** `portageq envvar -v` → values by name; what is no assignment is left out. */
export function settingsOf(text: string): Map<string, string> {
  const assignments = (splitShellWords(text) ?? []).map((word) => /^(\w+)=([\s\S]*)$/.exec(word));
  return new Map(assignments.flatMap((match) => (match ? [[match[1] ?? '', match[2] ?? '']] : [])));
}

/** The sections of `portageq repos_config /` that have a location, in their order. */
export function repositoryPlaces(text: string): RepositoryPlace[] {
  const places: RepositoryPlace[] = [];
  let section = '';
  for (const line of text.split('\n')) {
    section = /^\[([^\]]+)\]\s*$/.exec(line)?.[1] ?? section;
    const location = /^location\s*=\s*(\S.*)$/.exec(line)?.[1];
    if (location && section && section !== 'DEFAULT') places.push({ name: section, location: location.trim() });
  }
  return places;
}

/** The profile's name below its repository's `profiles`, else the whole path. */
function profileName(target: string): string {
  const at = target.lastIndexOf('/profiles/');
  return plainText(at < 0 ? target : target.slice(at + '/profiles/'.length));
}

function words(text: string, limit: number): string[] {
  return text
    .split(/\s+/)
    .filter((word) => word !== '' && word.length <= 100)
    .slice(0, limit);
}

/** One line without control characters: a value of make.conf may hold line ends. */
function plainText(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
}
