import { PORTAGE_GRAMMAR } from './grammar.ts';

/** The parts of `category/name-version[-rN]`. */
export interface Cpv {
  /** The whole text. */
  cpv: string;
  /** category/name */
  cp: string;
  category: string;
  name: string;
  /** With its revision, as written: `2.34-r1`. */
  version: string;
}

/** Real ones are far shorter; a longer text is no package. */
const MAX_LENGTH = 512;

/**
 * Splits `category/name-version[-rN]` by PMS: the version is the last part behind a hyphen that is one, and no name may end in
 * a hyphen followed by a version. So `media-fonts/font-7x13-1.0` is `font-7x13`, and `app-misc/foo-1-2` is nothing.
 *
 * @returns undefined where the text is no such package
 */
export function parseCpv(text: string): Cpv | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const split = splitVersion(text.slice(slash + 1));
  if (!split) return undefined;
  const category = text.slice(0, slash);
  if (!PORTAGE_GRAMMAR.category.test(category) || !isPackageName(split.name)) return undefined;
  return { cpv: text, cp: `${category}/${split.name}`, category, ...split };
}

/** Whether the text is a package name: the characters of one, and no version at its end. */
export function isPackageName(text: string): boolean {
  return PORTAGE_GRAMMAR.name.test(text) && splitVersion(text) === undefined;
}

/** `foo-1.0-r1` → foo, 1.0-r1; undefined where no version stands behind the last hyphen. */
function splitVersion(text: string): { name: string; version: string } | undefined {
  let hyphen = text.lastIndexOf('-');
  if (hyphen > 0 && /^-r\d+$/.test(text.slice(hyphen))) hyphen = text.lastIndexOf('-', hyphen - 1);
  if (hyphen <= 0) return undefined;
  const version = text.slice(hyphen + 1);
  return PORTAGE_GRAMMAR.version.test(version) ? { name: text.slice(0, hyphen), version } : undefined;
}
