/**
 * The header of an index, as Portage writes it: settings that tell clients which implicit flags and USE_EXPAND variables the
 * packages were built with. Pure; the values come from portageq.
 */
const SETTINGS = [
  'ACCEPT_KEYWORDS',
  'ACCEPT_LICENSE',
  'ACCEPT_PROPERTIES',
  'ACCEPT_RESTRICT',
  'ARCH',
  'CBUILD',
  'CHOST',
  'CONFIG_PROTECT',
  'CONFIG_PROTECT_MASK',
  'FEATURES',
  'GENTOO_MIRRORS',
  'INSTALL_MASK',
  'IUSE_IMPLICIT',
  'USE',
  'USE_EXPAND',
  'USE_EXPAND_HIDDEN',
  'USE_EXPAND_IMPLICIT',
  'USE_EXPAND_UNPREFIXED',
] as const;

/** The variables to ask for first; PORTDIR names the profile's repository and stays out of the header. */
export const HEADER_SETTINGS: readonly string[] = [...SETTINGS, 'PORTDIR'];

type Values = Readonly<Record<string, string>>;

/** The variables to ask for when the first ones are known: those that USE_EXPAND_IMPLICIT and USE_EXPAND_UNPREFIXED name. */
export function furtherSettings(values: Values): string[] {
  const implicit = names(values.USE_EXPAND_IMPLICIT);
  return [...implicit, ...names(values.USE_EXPAND_UNPREFIXED), ...implicit.map((name) => `USE_EXPAND_VALUES_${name}`)];
}

function names(text = ''): string[] {
  return text.split(/\s+/).filter((name) => /^[A-Z][A-Z0-9_]*$/.test(name));
}

/**
 * @param values answers of portageq for HEADER_SETTINGS and furtherSettings
 * @param profile the profile below the repository's profiles directory, else its path; '' where there is none
 */
export function indexHeader(values: Values, profile: string): Record<string, string> {
  const { PORTDIR: _, ...settings } = values;
  const header: Record<string, string> = { ...settings, PROFILE: profile, VERSION: '0' };
  return Object.fromEntries(Object.entries(header).filter(([, value]) => value !== ''));
}

/**
 * REPO_REVISIONS of the header: per repository the revision that the newest package was built from.
 *
 * @param current the header's value, JSON
 * @param packages REPO_REVISIONS of the packages that come in, oldest first; what is no JSON object of texts is passed over
 */
export function mergeRevisions(current: string | undefined, packages: readonly string[]): string {
  const merged: Record<string, string> = {};
  for (const text of [current ?? '', ...packages]) Object.assign(merged, readRevisions(text));
  const sorted = Object.entries(merged).sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.length === 0 ? '' : JSON.stringify(Object.fromEntries(sorted));
}

function readRevisions(text: string): Record<string, string> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
    return Object.fromEntries(
      Object.entries(value).filter(
        ([name, revision]) => /^\w[\w-]*$/.test(name) && /^[\w.:-]{1,200}$/.test(String(revision)),
      ),
    );
  } catch {
    return {};
  }
}

/**
 * TIMESTAMP of the next index, whole seconds: later than every one before, also where the clock stands still or went back,
 * since a client takes an index only if it is newer in whole seconds.
 *
 * @param earlier TIMESTAMPs of what was published before: the index that stands there, and the table's
 */
export function nextTimestamp(nowMs: number, earlier: readonly number[]): number {
  return Math.max(Math.floor(nowMs / 1000), ...earlier.map((timestamp) => timestamp + 1));
}
