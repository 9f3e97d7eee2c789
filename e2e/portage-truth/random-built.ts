import { VERSIONS } from './material.ts';
import type { Random } from './random.ts';
import type { Catalogue } from './random-ebuilds.ts';
import { type BuiltPackage, cpOf, cpvOf, type Ebuild, flagName } from './world.ts';

/** What the node has installed: versions of the tree and ones that are gone, with flags as wanted or not. */
export function randomInstalled(random: Random, { ebuilds }: Catalogue, wanted: ReadonlySet<string>): BuiltPackage[] {
  const installed = new Map<string, BuiltPackage>();
  for (const ebuild of random.some(ebuilds, random.pick([0, 0.2, 0.4, 0.7]))) {
    const old = aged(random, ebuild);
    // One package per slot is what Portage leaves installed
    installed.set(
      `${cpOf(old)}:${old.slot.split('/')[0]}`,
      build(random, old, { wanted, installed: [...installed.values()], ebuilds, flips: 0.15 }),
    );
  }
  return [...new Map([...installed.values()].map((each) => [cpvOf(each), each])).values()];
}

/** The same package as it was when it was installed. */
function aged(random: Random, ebuild: Ebuild): Ebuild {
  return {
    ...ebuild,
    version: random.chance(0.35) ? random.pick(VERSIONS) : ebuild.version,
    slot: random.chance(0.12) ? random.pick(['0', '1', '0/1', '2/2', '0/0.9', '6', '7/7.1']) : ebuild.slot,
    repository: random.chance(0.05) ? random.pick(['gone-overlay', '']) : ebuild.repository,
    iuse: [...random.some(ebuild.iuse, 0.9), ...random.some(['gone', 'cpu_flags_x86_mmx', 'old+er'], 0.1)],
  };
}

interface BinaryChoice {
  catalogue: Catalogue;
  wanted: ReadonlySet<string>;
  installed: readonly BuiltPackage[];
  /** How many of the ebuilds have a binary, 0…1. */
  share: number;
}

/** A binhost's packages, some with several instances of one version. */
export function randomBinaries(random: Random, choice: BinaryChoice): BuiltPackage[] {
  const { wanted, installed } = choice;
  const { ebuilds } = choice.catalogue;
  return random
    .some(ebuilds, choice.share)
    .flatMap((ebuild) => {
      const instances = random.pick([1, 1, 1, 2, 3]);
      const first = random.chance(0.1) ? null : random.pick([1, 1, 1, 7, 12, 100]);
      const made = random.chance(0.05) ? aged(random, ebuild) : ebuild;
      return Array.from({ length: first === null ? 1 : instances }, (_, at) => ({
        ...build(random, made, { wanted, installed, ebuilds, flips: at === 0 ? 0.03 : 0.3 }),
        buildId: first === null ? null : first + at,
      }));
    })
    .filter(uniqueInstance());
}

/** Two repositories may have offered the same version: a binhost has one package of that name and number. */
function uniqueInstance(): (built: BuiltPackage) => boolean {
  const seen = new Set<string>();
  return (built) => {
    const key = `${cpvOf(built)} ${built.buildId}`;
    return !seen.has(key) && Boolean(seen.add(key));
  };
}

interface BuildEnvironment {
  wanted: ReadonlySet<string>;
  installed: readonly BuiltPackage[];
  ebuilds: readonly Ebuild[];
  /** How many flags are otherwise than wanted, 0…1. */
  flips: number;
}

function build(random: Random, ebuild: Ebuild, environment: BuildEnvironment): BuiltPackage {
  const enabled = ebuild.iuse
    .filter(
      (flag) => (flag.startsWith('+') || environment.wanted.has(flagName(flag))) !== random.chance(environment.flips),
    )
    .map(flagName);
  const bound = ebuild.depends.filter((dependency) => /=(?:\[|$)/.test(dependency.atom));
  const bindings = Object.fromEntries(bound.map(({ atom }) => [atom, bindingOf(random, atom, environment)]));
  return {
    ...ebuild,
    enabled,
    bindings,
    buildId: null,
    buildTime: random.between(1_600_000_000, 1_700_000_000),
    bytes: random.between(1, 3_000_000),
  };
}

/** `cat/pkg:=` → `cat/pkg:0/1=`, mostly to what the node has. */
function bindingOf(random: Random, atom: string, { installed, ebuilds }: BuildEnvironment): string {
  const of = (packages: readonly Ebuild[]) =>
    packages.filter((each) => new RegExp(`^[<>=~]*${escapeName(cpOf(each))}(?:[:[]|-\\d|$)`).test(atom));
  const here = of(installed);
  const candidates = here.length > 0 && random.chance(0.8) ? here : of(ebuilds);
  const slot = candidates.length > 0 ? random.pick(candidates).slot : '0';
  const [main, sub = main] = slot.split('/');
  return atom.replace(/:[^:=[]*=/, `:${main}/${sub}=`);
}

function escapeName(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
