import type { Atom } from './atom.ts';
import { compareVersions } from './compare-versions.ts';
import { parseCpv } from './cpv.ts';
import { satisfiesUse, type UseState } from './use-dependency.ts';

/** A package that an atom may name; what is left out is not looked at. */
export interface AtomCandidate {
  /** category/name-version[-rN] */
  cpv: string;
  slot?: string;
  /** Equals the slot where a package names none. */
  subslot?: string;
  repository?: string | null;
  use?: UseState;
}

/**
 * Whether the atom names the package. A blocker is matched like the atom behind it: true means "blocked".
 *
 * @param parentUse whether a flag is on in the package that has the dependency, for `[foo?]` and `[foo=]`; default: all off
 */
export function matchesAtom(
  atom: Atom,
  candidate: AtomCandidate,
  parentUse: (flag: string) => boolean = () => false,
): boolean {
  const cpv = parseCpv(candidate.cpv);
  if (!cpv || cpv.cp !== atom.cp || !matchesVersion(atom, cpv.version)) return false;
  if (atom.slot !== null && candidate.slot !== undefined && atom.slot !== candidate.slot) return false;
  const subslot = candidate.subslot ?? candidate.slot;
  if (atom.subslot !== null && subslot !== undefined && atom.subslot !== subslot) return false;
  if (atom.repository !== null && candidate.repository && atom.repository !== candidate.repository) return false;
  const { use } = candidate;
  return use === undefined || atom.use.every((dependency) => satisfiesUse(dependency, use, parentUse));
}

function matchesVersion(atom: Atom, version: string): boolean {
  if (atom.operator === null || atom.version === null) return true;
  if (atom.operator === '=*') return hasVersionPrefix(version, atom.version);
  // letter for letter, as Portage does: ~1.0 is neither 1.00 nor 01.0
  if (atom.operator === '~') return withoutRevision(version) === withoutRevision(atom.version);
  const order = compareVersions(version, atom.version);
  switch (atom.operator) {
    case '=':
      return order === 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
  }
}

function withoutRevision(version: string): string {
  return version.replace(/-r\d+$/, '');
}

/** `=1.2*`: the prefix must end where a part of the version ends, so `1*` is not 10. Zeros in front do not count. */
function hasVersionPrefix(version: string, prefix: string): boolean {
  const whole = version.replace(/^0+(?=\d)/, '');
  const start = prefix.replace(/^0+(?=\d)/, '');
  if (!whole.startsWith(start)) return false;
  const next = whole.charAt(start.length);
  const isDigit = (character: string): boolean => /^\d$/.test(character);
  return next === '' || '._-'.includes(next) || isDigit(start.slice(-1)) !== isDigit(next);
}
