import { nearestWord } from '@binhost/shared/config';
import { type Atom, parseAtom, parseCpv } from '@binhost/shared/portage';

export type FoundPackage =
  | { kind: 'found'; atom: Atom }
  /** No package, or one that nobody has ever wanted; `nearest` is its likely spelling. */
  | { kind: 'unknown'; nearest: string | undefined }
  /** A name without category that stands in several. */
  | { kind: 'ambiguous'; names: string[] };

/**
 * What a person means by a package: an atom, a cpv, category/name, or only the name where that is clear.
 *
 * @param known category/name of all packages that there are to speak of
 */
export function findPackage(text: string, known: readonly string[]): FoundPackage {
  const atom = parseAtom(text) ?? (parseCpv(text) ? parseAtom(`=${text}`) : undefined);
  if (atom && known.includes(atom.cp)) return { kind: 'found', atom };
  const sameName = known.filter((cp) => cp.slice(cp.indexOf('/') + 1) === text);
  const [only, ...others] = sameName.map(parseAtom);
  if (only && others.length === 0) return { kind: 'found', atom: only };
  if (sameName.length > 1) return { kind: 'ambiguous', names: sameName };
  return { kind: 'unknown', nearest: nearestPackage(atom?.cp ?? text, known) };
}

function nearestPackage(text: string, known: readonly string[]): string | undefined {
  if (text.includes('/')) return nearestWord(text, [...known]);
  const names = new Map(known.map((cp) => [cp.slice(cp.indexOf('/') + 1), cp]));
  const name = nearestWord(text, [...names.keys()]);
  return name === undefined ? undefined : names.get(name);
}
