import { CATEGORIES, FLAGS, NAMES, OVERLAYS, VERSIONS } from './material.ts';
import type { Random } from './random.ts';
import { cpOf, cpvOf, type Dependency, type Ebuild, flagName } from './world.ts';

/** What a world's repositories offer. */
export interface Catalogue {
  repositories: string[];
  ebuilds: Ebuild[];
}

/** Some packages with a few versions each; a package depends on those made before it, seldom on any. */
export function randomCatalogue(random: Random): Catalogue {
  const repositories = ['gentoo', ...random.shuffle(OVERLAYS).slice(0, random.pick([0, 0, 1, 2]))];
  const names = random.shuffle(NAMES).slice(0, random.between(3, NAMES.length));
  const ebuilds: Ebuild[] = [];
  for (const name of names) {
    const versions = randomVersions(random, repositories, name);
    for (const version of versions) addDependencies(random, version, ebuilds, versions);
    ebuilds.push(...versions);
  }
  return { repositories, ebuilds };
}

function randomVersions(random: Random, repositories: readonly string[], name: string): Ebuild[] {
  const category = random.pick(CATEGORIES);
  const flags = random.some(FLAGS, random.pick([0, 0.1, 0.2, 0.4]));
  const slots = random.pick([
    ['0'],
    ['0'],
    ['0'],
    ['0/1', '0/2', '0/2.1'],
    ['1', '2', 'stable'],
    ['1/1', '1/2', '2/2', '0'],
    ['0', '3.11'],
  ]);
  const numbers = random.shuffle(VERSIONS).slice(0, random.between(1, 4));
  const ebuilds = numbers.map((version) =>
    randomEbuild(random, { category, name, version, flags, slots, repositories }),
  );
  const copies = random.some(ebuilds, repositories.length > 1 ? 0.2 : 0);
  const others = copies.map((ebuild) => ({ ...ebuild, repository: random.pick(repositories), depends: [] }));
  return [
    ...ebuilds,
    ...others.filter(
      (copy) => !ebuilds.some((each) => cpvOf(each) === cpvOf(copy) && each.repository === copy.repository),
    ),
  ];
}

interface EbuildFrame extends Pick<Ebuild, 'category' | 'name' | 'version'> {
  flags: readonly string[];
  slots: readonly string[];
  repositories: readonly string[];
}

function randomEbuild(random: Random, frame: EbuildFrame): Ebuild {
  const { category, name, version } = frame;
  return {
    category,
    name,
    version,
    repository: random.chance(0.7) ? 'gentoo' : random.pick(frame.repositories),
    slot: random.pick(frame.slots),
    keywords: random.pick([
      'amd64',
      'amd64',
      'amd64',
      'amd64',
      '~amd64 x86',
      '~amd64',
      'arm64 ~x86',
      '',
      '-*',
      'x86 amd64',
    ]),
    license: random.pick(['MIT', 'MIT', 'MIT', 'MIT', 'MIT', 'GPL-2', '|| ( MIT Secret )', 'Secret']),
    iuse: random
      .some(frame.flags, 0.85)
      .map((flag) => `${random.chance(0.25) ? random.pick(['+', '+', '-']) : ''}${flag}`),
    depends: [],
    restrict: random.chance(0.06) ? 'fetch' : random.chance(0.05) ? 'mirror' : '',
    properties: random.chance(0.05) ? 'interactive' : random.chance(0.03) ? 'live' : '',
    sources: randomSources(random, `${name}-${version}`),
  };
}

function randomSources(random: Random, stem: string): Ebuild['sources'] {
  const size = () => (random.chance(0.04) ? null : random.between(0, random.pick([1, 1024, 1_000_000, 3_000_000_000])));
  const files = [`${stem}.tar.xz`, ...(random.chance(0.15) ? ['shared-patches.tar'] : [])];
  // One size for the name that several ebuilds share
  return random.some(files, 0.7).map((file) => ({
    file,
    bytes: file.startsWith('shared') ? 5000 : size(),
    fetched: random.chance(0.2),
  }));
}

function addDependencies(random: Random, ebuild: Ebuild, earlier: readonly Ebuild[], own: readonly Ebuild[]): void {
  if (earlier.length === 0) return;
  for (let left = random.between(0, 3); left > 0; left -= 1) {
    ebuild.depends.push(randomDependency(random, ebuild, random.pick(earlier)));
  }
  if (random.chance(0.06))
    ebuild.depends.push({ ...plain(random, blocker(random, random.pick(earlier))), alternative: null });
  if (random.chance(0.03)) {
    const target = random.pick(earlier);
    // The other way round: a circle
    target.depends.push({
      ...plain(random, cpOf(random.pick(own))),
      where: random.pick(['PDEPEND', 'RDEPEND', 'DEPEND']),
    });
  }
}

function randomDependency(random: Random, ebuild: Ebuild, target: Ebuild): Dependency {
  const flag = ebuild.iuse.length > 0 && random.chance(0.25) ? flagName(random.pick(ebuild.iuse)) : null;
  const condition = flag === null ? null : `${random.pick(['', '!'])}${flag}`;
  const alternative = random.chance(0.06) ? `${cpOf(target)}:${target.slot.split('/')[0]}` : null;
  return { ...plain(random, dependencyAtom(random, ebuild, target)), condition, alternative };
}

function plain(random: Random, atom: string): Dependency {
  const where = random.pick(['DEPEND', 'BDEPEND', 'RDEPEND', 'RDEPEND', 'RDEPEND', 'PDEPEND'] as const);
  return { where, condition: null, atom, alternative: null };
}

function dependencyAtom(random: Random, ebuild: Ebuild, target: Ebuild): string {
  const [slot = '0'] = target.slot.split('/');
  const versioned = random.chance(0.15)
    ? `${random.pick(['>=', '<=', '~', '='])}${cpvOf(target).replace(/-r\d+$/, '')}`
    : cpOf(target);
  const ending = random.pick(['', '', ':=', ':=', `:${slot}`, `:${slot}=`, ':*']);
  return `${versioned}${ending}${random.chance(0.07) ? useDependency(random, ebuild, target) : ''}`;
}

function useDependency(random: Random, ebuild: Ebuild, target: Ebuild): string {
  const flags = target.iuse.map(flagName);
  const shared = ebuild.iuse.map(flagName).filter((flag) => flags.includes(flag));
  if (shared.length > 0) return `[${random.pick(shared)}${random.pick(['(-)', '(+)'])}${random.pick(['?', '='])}]`;
  return flags.length > 0 ? `[${random.pick(['', '-'])}${random.pick(flags)}(${random.pick(['+', '-'])})]` : '';
}

function blocker(random: Random, target: Ebuild): string {
  const strength = random.pick(['!', '!', '!!']);
  return `${strength}${random.pick([cpOf(target), `<${cpvOf(target)}`, `${cpOf(target)}:${target.slot.split('/')[0]}`])}`;
}
