import { makeRandom, type Random } from './random.ts';
import { randomBinaries, randomInstalled } from './random-built.ts';
import { type Catalogue, randomCatalogue } from './random-ebuilds.ts';
import { randomNode, randomProfile } from './random-settings.ts';
import { cpOf, type World } from './world.ts';

/**
 * One world for a seed: a few ebuild repositories, what a node has installed and how it is set up, and binhosts. Nothing in it
 * need be sensible, only possible: blocked, masked and unsolvable worlds show the list's other ends.
 */
export function randomWorld(seed: number): World {
  const random = makeRandom(seed);
  const catalogue = randomCatalogue(random);
  const profile = randomProfile(random);
  const { keptOptions, list } = randomOptions(random, catalogue);
  const binaryOnly = list.some((word) => /^-[GK]/.test(word));
  const node = randomNode(random, catalogue, binaryOnly);
  const wanted = new Set([...profile.use, ...node.use, ...profile.forced]);
  for (const flag of profile.masked) wanted.delete(flag);
  const installed = randomInstalled(random, catalogue, wanted);
  const share = binaryOnly ? 0.95 : random.pick([0, 0.3, 0.6, 0.9]);
  const binaries = { catalogue, wanted, installed, share };
  const binhosts = {
    ours: randomBinaries(random, binaries),
    ...(random.chance(0.2) && { second: randomBinaries(random, binaries) }),
  };
  const ownBinaries = random.chance(0.2) ? randomBinaries(random, { ...binaries, share: 0.4 }) : [];
  return { seed, ...catalogue, installed, binhosts, ownBinaries, profile, node, keptOptions, list };
}

/** Options of EMERGE_DEFAULT_OPTS that the agent keeps, then its own; a few worlds are printed as a person might. */
function randomOptions(random: Random, catalogue: Catalogue): Pick<World, 'keptOptions' | 'list'> {
  const someName = cpOf(random.pick(catalogue.ebuilds));
  const keptOptions = random.some(
    [
      '--with-bdeps=y',
      '--with-bdeps-auto=n',
      '--backtrack=0',
      '--backtrack=30',
      '--binpkg-respect-use=y',
      '--binpkg-respect-use=n',
      '--binpkg-changed-deps=y',
      '--rebuilt-binaries=y',
      `--usepkg-exclude=${someName}`,
      `--reinstall-atoms=${someName}`,
      '--newrepo',
      '--newuse',
      '--complete-graph',
      '--autounmask=n',
      '--autounmask-license=y',
      '--changed-slot=y',
      '--dynamic-deps=n',
      '--ignore-built-slot-operator-deps=y',
      '--emptytree',
    ],
    0.06,
  );
  const display = random.chance(0.1)
    ? random.pick([['--tree'], ['--tree'], ['--columns'], ['--alphabetical'], ['--tree', '--unordered-display']])
    : [];
  const kind = random.chance(0.08) ? random.pick(['-GpvuDN', '-KpvuDN']) : '-gpvuDN';
  return { keptOptions, list: [...display, kind, 'world'] };
}
