/** Package atoms: `>=cat/pkg-1:0/2=::repo[flag,-other]`. */
import { compareVersions, splitCpv, withoutRevision } from './versions.mjs';

const ATOM =
  /^(!{0,2})(>=|<=|~|=|<|>|)([A-Za-z0-9_*][A-Za-z0-9+_.*-]*\/[A-Za-z0-9_*][A-Za-z0-9+_.*-]*?)(?::([A-Za-z0-9_][A-Za-z0-9+_.-]*)?(?:\/([A-Za-z0-9_][A-Za-z0-9+_.-]*))?([=*])?)?(?:::([A-Za-z0-9_][A-Za-z0-9_-]*))?(?:\[([^\]]*)\])?$/;

/**
 * @typedef {{ text: string, blocks: '' | '!' | '!!', operator: string, cp: string, version?: string, buildId?: number, slot?: string,
 *   subslot?: string, slotOperator?: '=' | '*', repository?: string, use: string[] }} Atom
 */

/**
 * @param {string} text
 * @returns {Atom | undefined} undefined where the text is no atom
 */
export function parseAtom(text) {
  const match = ATOM.exec(text);
  if (!match) return undefined;
  const [, blocks, operator, name, slot, subslot, slotOperator, repository, use] = match;
  const atom = {
    text,
    blocks,
    operator,
    cp: name,
    slot,
    subslot,
    slotOperator,
    repository,
    use: use ? use.split(',') : [],
  };
  if (operator === '') return atom;
  const glob = operator === '=' && name.endsWith('*');
  const cpv = splitCpv(glob ? name.slice(0, -1) : name);
  if (!cpv) return undefined;
  return { ...atom, operator: glob ? '=*' : operator, ...versionParts(cpv) };
}

/** `=cat/pkg-1.0-2` names build 2 of version 1.0: a name cannot end in a version. */
function versionParts(cpv) {
  const inner = /^\d+$/.test(cpv.version) ? splitCpv(cpv.cp) : undefined;
  if (!inner) return { cp: cpv.cp, version: cpv.version };
  return { cp: inner.cp, version: inner.version, buildId: Number(cpv.version) };
}

/**
 * Everything but the USE dependencies.
 * @param {Atom} atom
 * @param {{ cp: string, version: string, slot: string, subslot: string, repository?: string, buildId?: number }} pkg
 */
export function matchesAtom(atom, pkg) {
  if (!matchesName(atom.cp, pkg.cp)) return false;
  if (atom.slot !== undefined && atom.slot !== pkg.slot) return false;
  if (atom.subslot !== undefined && atom.subslot !== pkg.subslot) return false;
  if (atom.buildId !== undefined && atom.buildId !== pkg.buildId) return false;
  if (atom.repository !== undefined && atom.repository !== pkg.repository) return false;
  return atom.version === undefined || matchesVersion(atom.operator, atom.version, pkg.version);
}

/** Configuration files may say `*` for a category or a name. */
function matchesName(pattern, cp) {
  if (!pattern.includes('*')) return pattern === cp;
  const [category, name] = pattern.split('/').map((part) => part.replace(/[.+]/g, '\\$&').replaceAll('*', '.*'));
  return new RegExp(`^${category}/${name}$`).test(cp);
}

function matchesVersion(operator, wanted, version) {
  if (operator === '=*')
    return version === wanted || (version.startsWith(wanted) && !/^\d/.test(version.slice(wanted.length)));
  if (operator === '~') return compareVersions(withoutRevision(version), withoutRevision(wanted)) === 0;
  const order = compareVersions(version, wanted);
  if (operator === '=') return order === 0;
  if (operator === '>=') return order >= 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order < 0;
}

/**
 * USE dependencies `[a,-b,c?,!c?,d=,!d=,e(+)]` as plain needs under the parent's enabled flags.
 * @param {string[]} items
 * @param {Set<string>} parentUse
 * @returns {{ flag: string, enabled: boolean, missing: '+' | '-' | '' }[]}
 */
export function useNeeds(items, parentUse) {
  const needs = [];
  for (const item of items) {
    const match = /^(!|-)?([A-Za-z0-9][A-Za-z0-9+_@-]*)(?:\(([+-])\))?([?=])?$/.exec(item.trim());
    if (!match) throw new Error(`simulated Portage: expected a USE dependency, got '[${item}]'`);
    const [, sign, flag, missing = '', kind] = match;
    const parentHas = parentUse.has(flag);
    if (kind === '?') {
      if (parentHas === (sign !== '!')) needs.push({ flag, enabled: sign !== '!', missing });
    } else if (kind === '=') needs.push({ flag, enabled: sign === '!' ? !parentHas : parentHas, missing });
    else needs.push({ flag, enabled: sign !== '-', missing });
  }
  return needs;
}

/** Needs that a package does not meet; a flag that it does not have counts as its `(+)` or `(-)` says. */
export function unmetNeeds(needs, iuse, enabled) {
  return needs.filter(({ flag, enabled: wanted, missing }) => {
    if (!iuse.has(flag)) return missing === '' ? true : (missing === '+') !== wanted;
    return enabled.has(flag) !== wanted;
  });
}
