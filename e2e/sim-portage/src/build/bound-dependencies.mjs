/**
 * The dependencies that a built package records: evaluated under its USE, and each `:=` bound to the slot and sub-slot of
 * the highest installed package that fits; one that is not installed stays bare, as on the real Portage.
 */
import { matchesAtom } from '../grammar/atoms.mjs';
import { dependencyText, reduceDependencies } from '../grammar/dependencies.mjs';
import { DEPENDENCY_KEYS } from '../host/ebuilds.mjs';

/** @returns {Record<string, string>} the dependency variables that are not empty */
export function boundDependencies(pkg, enabled, installed) {
  const bind = (atom) => {
    if (atom.slotOperator !== '=' || atom.subslot !== undefined || atom.blocks) return atom.text;
    const best = installed.filter((each) => matchesAtom(atom, each)).at(-1);
    return best ? atom.text.replace(/:[^:[\]]*=/, `:${best.slot}/${best.subslot}=`) : atom.text;
  };
  const bound = {};
  for (const key of DEPENDENCY_KEYS) {
    const text = dependencyText(reduceDependencies(pkg.metadata[key] ?? '', enabled), bind);
    if (text) bound[key] = text;
  }
  return bound;
}
