/**
 * What /etc/portage and the world file say of a node that concerns its demand. Pure: text in, lists out; read-local-facts.ts
 * reads the files. Everything is bounded, and what does not fit Portage's grammar is left out.
 */
import { compareVersions, parseAtom, parseCpv } from '@binhost/shared/portage';

export const MAX_LISTED = 5000;
/** Stands in `localChanges` for a bashrc: it may change every package. */
export const EVERY_PACKAGE = '*/*';

/** `category/name` of an atom such as `>=cat/pkg-1.2:0::repo`; undefined where it names none, or is a pattern. */
export function packageOfAtom(atom: string): string | undefined {
  return parseAtom(atom)?.cp;
}

/** The first words of the lines of package.env, without comments: each package that gets an environment of its own. */
export function atomsOfPackageFile(text: string): string[] {
  return linesOf(text).map((line) => line.split(/\s+/)[0] ?? '');
}

/** Lines without comments and blanks. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*$/, '').trim())
    .filter((line) => line !== '');
}

/**
 * A name in /etc/portage/patches/CATEGORY or env/CATEGORY → the package: `name`, `name-version`, `name-version-rN`, `name:slot`.
 */
export function packageOfDirectory(category: string, entry: string): string | undefined {
  const name = entry.split(':')[0] ?? '';
  const cpv = parseCpv(`${category}/${name}`);
  return cpv?.cp ?? packageOfAtom(`${category}/${name}`);
}

export interface LocalTexts {
  /** `[category, entry]` of etc/portage/patches that hold a patch, and of etc/portage/env. */
  patched: [string, string][];
  /** All files of etc/portage/package.env. */
  packageEnv: string;
  hasBashrc: boolean;
}

/** `dev-qt/*` and the like, as package.env knows them; the coordinator gets them as they are. */
const PATTERN = /^[\w*+.-]+\/[\w*+-]+$/;

export function localChanges({ patched, packageEnv, hasBashrc }: LocalTexts): string[] {
  const named = [
    ...patched.map(([category, entry]) => packageOfDirectory(category, entry)),
    ...atomsOfPackageFile(packageEnv).map((atom) =>
      PATTERN.test(atom) && atom.includes('*') ? atom : packageOfAtom(atom),
    ),
  ];
  const everywhere = hasBashrc ? [EVERY_PACKAGE] : [];
  return bounded([...everywhere, ...named.filter((name) => name !== undefined)]);
}

/** The world file's atoms, then the sets of world_sets, which stand there as `@NAME`. */
export function worldOf(world: string, worldSets: string): string[] {
  return bounded([...linesOf(world), ...linesOf(worldSets)]);
}

/** The cpvs of all package.provided files. */
export function providedOf(text: string): string[] {
  return bounded(linesOf(text).filter((cpv) => parseCpv(cpv) !== undefined));
}

/** @returns the highest cpv of these packages; null: none is installed */
export function highestOf(installed: readonly { cpv: string }[], names: readonly string[]): string | null {
  const found = installed.flatMap(({ cpv }) => {
    const parsed = parseCpv(cpv);
    return parsed && names.includes(parsed.cp) ? [{ cpv, version: parsed.version }] : [];
  });
  return found.toSorted((a, b) => compareVersions(b.version, a.version))[0]?.cpv ?? null;
}

/** @param options of EMERGE_DEFAULT_OPTS that change the result; the last one counts */
export function wantsBdeps(options: readonly string[]): boolean {
  let wants = false;
  for (const [at, option] of options.entries()) {
    if (option === '--with-bdeps') wants = options[at + 1] === 'y';
    const value = /^--with-bdeps=(.*)$/.exec(option)?.[1];
    if (value !== undefined) wants = value === 'y';
  }
  return wants;
}

/** The atoms of `--usepkg-exclude`, which may stand several times, with several atoms each. */
export function excludedFromBinaries(options: readonly string[]): string[] {
  const texts = options.flatMap((option, at) => {
    if (option === '--usepkg-exclude') return [options[at + 1] ?? ''];
    return /^--usepkg-exclude=(.*)$/.exec(option)?.[1] ?? [];
  });
  const atoms = texts.flatMap((text) => text.split(/\s+/)).filter((atom) => atom !== '' && atom.length <= 255);
  return [...new Set(atoms)].slice(0, 1000);
}

/** Without user and password, which are nobody else's business. */
export function shownAddress(uri: string): string {
  return uri
    .replace(/^(\w+:\/\/)[^/@]*@/, '$1')
    .replace(/\/+$/, '')
    .slice(0, 2000);
}

function bounded(list: readonly string[]): string[] {
  return [...new Set(list)]
    .filter((text) => text !== '' && text.length <= 255 && !/[\u0000-\u001f\u007f]/.test(text))
    .slice(0, MAX_LISTED);
}
