/**
 * The packages that could satisfy an atom, best first, as Portage weighs them: the highest version; of one version the
 * installed package, then a binary that fits, then the ebuild.
 */
import { matchesAtom, parseAtom, unmetNeeds } from '../grammar/atoms.mjs';
import { atomsOf, dependencyText, reduceDependencies } from '../grammar/dependencies.mjs';
import { byText } from '../grammar/text-order.mjs';
import { compareVersions } from '../grammar/versions.mjs';
import { NotSimulated } from './not-simulated.mjs';

/**
 * @param {{ system: any, options: any, binaries: any[], ignored: Map<any, { reason: string, flags: string[] }>,
 *   willBe: (cp: string, slot: string) => any, rebuild: Set<string> }} look
 *   willBe: what will stand in a slot; unusable: binaries whose dependencies cannot be had; rebuild: installed cpvs that must be built again
 */
export function makeChooser(look) {
  return {
    choose: (atom, needs, kind) => choose(look, { atom, needs, ...kind }),
    visibleEbuilds: (atom) => visibleEbuilds(look, atom),
    useOf: (pkg) => useOf(look, pkg),
  };
}

/** Enabled flags of a package as it would be merged: a built one keeps what it was built with. */
export function useOf({ system, useChanges }, pkg) {
  if (pkg.kind !== 'ebuild') return pkg.enabled;
  const enabled = system.config.useOf(pkg);
  for (const { flag, enabled: wanted } of useChanges?.get(pkg.cpv)?.values() ?? []) {
    if (wanted) enabled.add(flag);
    else enabled.delete(flag);
  }
  return enabled;
}

function visibleEbuilds({ system }, atom) {
  return system.ebuilds
    .ofName(atom.cp)
    .filter((pkg) => matchesAtom(atom, pkg) && system.config.masksOf(pkg).length === 0);
}

/** @returns {any} the package to use for the atom */
function choose(look, { atom, needs, isArgument }) {
  const fits = (pkg) => unmetNeeds(needs, pkg.iuse, useOf(look, pkg)).length === 0;
  const installed = look.system.installed.filter((pkg) => matchesAtom(atom, pkg)).toReversed();
  const keepsInstalled = look.options.update
    ? !(look.options.deep || isArgument)
    : !isArgument || look.options.selective;
  if (keepsInstalled && !look.options.emptytree) {
    const kept = installed.find((pkg) => fits(pkg) && !look.rebuild.has(pkg.cpv) && !reinstallFlags(look, pkg));
    if (kept) return kept;
  }
  return newest(look, { atom, installed, fits, isArgument });
}

function newest(look, { atom, installed, fits, isArgument }) {
  const ebuilds = look.options.binaryOnly ? [] : visibleEbuilds(look, atom);
  const binaries = look.binaries.filter((pkg) => matchesAtom(atom, pkg) && isVisible(look, pkg));
  const versions = [...new Set([...ebuilds, ...binaries, ...installed].map((pkg) => pkg.version))];
  for (const version of versions.sort(compareVersions).reverse()) {
    const same = (list) => list.filter((pkg) => pkg.version === version);
    const found =
      same(installed).find((pkg) => fits(pkg) && staysInstalled(look, pkg, { isArgument, ebuilds })) ??
      fittingBinary(look, same(binaries), fits) ??
      same(ebuilds).find(fits);
    if (found) return found;
  }
  // An installed package whose ebuild is gone and that nothing can replace stays.
  return installed.find((pkg) => fits(pkg) && !look.rebuild.has(pkg.cpv));
}

function isVisible(look, pkg) {
  return look.system.config.masksOf(pkg).length === 0;
}

/** The same version is merged again for changed USE, for a rebuild, or because the user named it. */
function staysInstalled(look, pkg, { isArgument, ebuilds }) {
  if (look.rebuild.has(pkg.cpv) || look.options.emptytree) return false;
  if (isArgument && !look.options.selective) return false;
  // Masked or gone since: whatever else is visible wins, if only a lower version.
  const stillThere = look.options.binaryOnly || ebuilds.some((ebuild) => ebuild.version === pkg.version);
  if (!stillThere && ebuilds.length > 0) return false;
  return !reinstallFlags(look, pkg);
}

/** @returns {string[] | undefined} flags for which --newuse or --changed-use builds the installed package again */
function reinstallFlags(look, pkg) {
  const { newuse, changedUse } = look.options;
  if (!newuse && !changedUse) return undefined;
  const ebuild = look.system.ebuilds.exact(pkg.cpv, pkg.repository) ?? look.system.ebuilds.exact(pkg.cpv);
  if (!ebuild) return undefined;
  const flags = differingFlags(look, pkg, ebuild, newuse);
  return flags.length > 0 ? flags : undefined;
}

/** @param {boolean} withIuse whether a flag that only one of both has counts, too */
function differingFlags(look, built, ebuild, withIuse) {
  const wanted = useOf(look, ebuild);
  const { forced, masked } = look.system.config.fixedFlags(ebuild);
  const differing = new Set(symmetricDifference(built.enabled, wanted));
  if (withIuse) {
    for (const flag of symmetricDifference(built.iuse, ebuild.iuse))
      if (!forced.has(flag) && !masked.has(flag)) differing.add(flag);
  }
  return [...differing].sort(byText);
}

const symmetricDifference = (a, b) => [
  ...[...a].filter((each) => !b.has(each)),
  ...[...b].filter((each) => !a.has(each)),
];

/** Of several instances of one version the last built one that fits, remote ones after equal local ones. */
function fittingBinary(look, binaries, fits) {
  const newestFirst = binaries.toSorted((a, b) => b.buildTime - a.buildTime || Number(a.remote) - Number(b.remote));
  return newestFirst.find((pkg) => fits(pkg) && isAcceptable(look, pkg));
}

function isAcceptable(look, pkg) {
  const { options } = look;
  if (look.unusable.has(pkg) || options.usepkgExclude.some((text) => matchesPattern(text, pkg))) return false;
  const ebuild = options.binaryOnly ? undefined : look.system.ebuilds.exact(pkg.cpv, pkg.repository);
  const flags = refusedFlags(look, pkg, ebuild);
  if (flags.length > 0) return ignore(look, pkg, 'respect_use', flags);
  // Bindings are a matter of the dependency graph, which --nodeps leaves out.
  if (!options.nodeps && !bindingsFit(look, pkg)) {
    look.passedOver = true;
    return false;
  }
  if (ebuild && options.changedDeps !== 'n' && hasChangedDependencies(look, pkg, ebuild))
    return ignore(look, pkg, 'changed_deps', []);
  return true;
}

/** Flags for which a binary is not taken. A node that takes binaries only asks for its flags only with --newuse. */
function refusedFlags(look, pkg, ebuild) {
  const { newuse, changedUse, respectUse, binaryOnly } = look.options;
  if (respectUse === 'n' || (binaryOnly && !newuse && !changedUse && respectUse !== 'y')) return [];
  const wanted = ebuild ?? (binaryOnly ? { ...pkg, kind: 'ebuild' } : undefined);
  return wanted ? differingFlags(look, pkg, wanted, newuse || respectUse === 'y') : [];
}

function matchesPattern(text, pkg) {
  const atom = parseAtom(text);
  return atom !== undefined && matchesAtom(atom, pkg);
}

function ignore(look, pkg, reason, flags) {
  look.ignored.set(pkg, { reason, flags });
  return false;
}

/** `cat/pkg:0/1=` of a binary must be what will stand in that slot; otherwise it is passed over without a word. */
function bindingsFit(look, pkg) {
  return boundAtoms(pkg).every((atom) => {
    const provider = look.willBe(atom.cp, atom.slot);
    if (provider?.subslot === atom.subslot) return true;
    const { update, deep } = look.options;
    const fitsNow = look.system.installed.some((each) => matchesAtom(atom, each));
    if (fitsNow && !(update && deep)) throw new NotSimulated('updates of a provider without --update --deep', pkg.cpv);
    return false;
  });
}

/** Atoms with a built slot operator of a built package's runtime dependencies. */
export function boundAtoms(pkg) {
  return ['RDEPEND', 'PDEPEND', 'IDEPEND'].flatMap((key) =>
    atomsOf(reduceDependencies(pkg.metadata[key] ?? '', pkg.enabled)).filter(
      (atom) => atom.slotOperator === '=' && atom.subslot !== undefined,
    ),
  );
}

function hasChangedDependencies(look, pkg, ebuild) {
  return ['RDEPEND', 'PDEPEND', 'IDEPEND'].some(
    (key) => withoutBindings(pkg.metadata[key], pkg.enabled) !== withoutBindings(ebuild.metadata[key], pkg.enabled),
  );
}

function withoutBindings(text, enabled) {
  const strip = (atom) =>
    atom.text
      .replace(/(:[^[:]*)=(?=\[|$)/, '')
      .replace(/:=/, '')
      .replace(/:\*/, '');
  return [...new Set(dependencyText(reduceDependencies(text ?? '', enabled), strip).split(' '))].sort(byText).join(' ');
}
