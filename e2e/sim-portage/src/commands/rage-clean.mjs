/** `emerge --rage-clean ATOM…`: takes installed packages away at once, whatever needs them. */
import { matchesAtom, parseAtom } from '../grammar/atoms.mjs';
import { selectionText, unmergePackage } from '../install/unmerge.mjs';

/** @returns {{ code: number }} */
export function rageClean({ system, options, output }) {
  const selected = [];
  for (const text of options.targets) {
    const atom = parseAtom(text);
    const found = atom ? system.installed.filter((pkg) => matchesAtom(atom, pkg)) : [];
    if (found.length === 0) output.err(`\n--- Couldn't find '${text}' to rage-clean.\n`);
    selected.push(...found.filter((pkg) => !selected.includes(pkg)));
  }
  if (selected.length === 0) {
    output.out('\n>>> No packages selected for removal by rage-clean\n');
    return { code: 1 };
  }
  output.out(selectionText(selected, system.installed));
  for (const [i, pkg] of selected.entries()) {
    output.out(`\n>>> Unmerging (${i + 1} of ${selected.length}) ${pkg.cpv}...\n`);
    unmergePackage(system, pkg);
  }
  return { code: 0 };
}
