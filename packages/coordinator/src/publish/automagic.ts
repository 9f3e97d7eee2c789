import { dependencyAtoms, parseCpv, parseDependencies, reduceDependencies } from '@binhost/shared/portage';

/**
 * Libraries that a package found by itself. A build root holds more than a package's dependencies, and a configure script
 * links against what it finds: such a binary breaks on a node that lacks the library, and Portage does not mind. Pure.
 */

/** An installed package of the build root, as the builder wrote it down in build-root.json. */
export interface RootPackage {
  cpv: string;
  /** Enabled flags. */
  use: readonly string[];
  /** As Portage recorded them: `x86_64: libfoo.so.1 libbar.so.2`. */
  provides: string;
  /** RDEPEND, PDEPEND and IDEPEND as one text. */
  dependencies: string;
  /** Whether the profile's @system names it. */
  isSystem: boolean;
}

/** What is asked of a finished package. */
export interface LinkedPackage {
  cpv: string;
  useEnabled: readonly string[];
  values: Readonly<Record<string, string>>;
}

export interface AutomagicLibrary {
  soname: string;
  /** The installed package (cpv) that brought it. */
  from: string;
}

/**
 * The libraries in REQUIRES that the root had only from packages which neither the package's runtime dependencies nor @system
 * lead to. What no installed package provides (a libc that Portage does not know) is left out: it is on every machine alike.
 */
export function automagicLibraries(linked: LinkedPackage, root: readonly RootPackage[]): AutomagicLibrary[] {
  const own = sonames(linked.values['PROVIDES'] ?? '');
  const wanted = [...sonames(linked.values['REQUIRES'] ?? '')].filter((soname) => !own.has(soname));
  if (wanted.length === 0) return [];
  const cp = packageName(linked.cpv);
  const others = root
    .filter((one) => packageName(one.cpv) !== cp)
    .map((one) => ({ ...one, has: sonames(one.provides) }));
  const reached = reachable(linked, others);
  return wanted.flatMap((soname) => {
    const providers = others.filter((one) => one.has.has(soname));
    const [first] = providers;
    if (!first || providers.some((one) => reached.has(packageName(one.cpv)))) return [];
    return [{ soname: soname.slice(soname.indexOf(':') + 1), from: first.cpv }];
  });
}

/** One sentence, as people see it: `automagic: libX.so.1 from cat/pkg-1`. */
export function automagicText(libraries: readonly AutomagicLibrary[]): string {
  return `automagic: ${libraries.map(({ soname, from }) => `${soname} from ${from}`).join(', ')}`;
}

/** `x86_64: a.so b.so x86_32: c.so` → `x86_64:a.so` and so on: a library of another ABI is another one. */
function sonames(text: string): Set<string> {
  const found = new Set<string>();
  let abi = '';
  for (const word of text.split(/\s+/)) {
    if (word.endsWith(':')) abi = word;
    else if (word !== '') found.add(`${abi}${word}`);
  }
  return found;
}

/** category/name of all installed packages that the package's runtime dependencies and @system lead to, in any slot. */
function reachable(linked: LinkedPackage, root: readonly RootPackage[]): Set<string> {
  const byName = new Map<string, RootPackage[]>();
  for (const one of root) byName.set(packageName(one.cpv), [...(byName.get(packageName(one.cpv)) ?? []), one]);
  const texts = ['RDEPEND', 'PDEPEND', 'IDEPEND'].map((key) => linked.values[key] ?? '');
  const system = root.filter((one) => one.isSystem).map((one) => packageName(one.cpv));
  const todo = [...system, ...named(texts.join(' '), linked.useEnabled)];
  const reached = new Set<string>();
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    for (const one of byName.get(name) ?? []) todo.push(...named(one.dependencies, one.use));
  }
  return reached;
}

/** Each alternative of a `|| ( )` counts: which of them was meant, the installed packages decide. */
function named(dependencies: string, useEnabled: readonly string[]): string[] {
  const tree = parseDependencies(dependencies);
  if (!tree) return [];
  const atoms = dependencyAtoms(reduceDependencies(tree, useEnabled));
  return atoms.filter((atom) => atom.blocker === null).map((atom) => atom.cp);
}

function packageName(cpv: string): string {
  return parseCpv(cpv)?.cp ?? cpv;
}
