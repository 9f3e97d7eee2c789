// Names and versions
export { type Atom, type AtomOperator, parseAtom } from './atom.ts';
export { compareVersions } from './compare-versions.ts';
export { type Cpv, isPackageName, parseCpv } from './cpv.ts';
// Dependencies
export { type DependencyNode, dependencyAtoms, parseDependencies, reduceDependencies } from './dependencies.ts';
// Files
export { type GpkgManifest, type GpkgManifestMember, parseGpkgManifest } from './gpkg-manifest.ts';
export { PORTAGE_GRAMMAR } from './grammar.ts';
export { type AtomCandidate, matchesAtom } from './match-atom.ts';
export { formatPackagesIndex, type PackagesIndex, parsePackagesIndex } from './packages-index.ts';
export { reduceUseText } from './reduce-use-text.ts';
export { builtSlotOperatorBindings, slotOperatorAtoms, unboundSlotOperators } from './slot-operator.ts';
export { satisfiesUse, type UseDependency, type UseState } from './use-dependency.ts';
// What makes two wishes one
export { type Binding, bindingText, type Variant, variantText } from './variant-key.ts';
