import type { EbuildOf, Scenario } from './fleet.ts';

/** A node as large as real ones are: nearly all of its world is installed, written as a list and not by merging each package. */

const PACKAGES_EACH = 100;
const parts = Array.from({ length: 10 * PACKAGES_EACH }, (_, number) => {
  const category = `app-many${Math.floor(number / PACKAGES_EACH)}`;
  const index = number % PACKAGES_EACH;
  return {
    cp: `${category}/part${index}x`,
    isLast: index === PACKAGES_EACH - 1,
    next: `${category}/part${index + 1}x`,
  };
});

/** New to the node, and older there than in the tree. */
const NEW = ['app-many0/part0x'];
const OLD = ['app-many2/part1x'];
const wanted = [...NEW.map((cp) => `${cp}-1.0`), ...OLD.map((cp) => `${cp}-2.0`)];
const installed = parts.filter(({ cp }) => !NEW.includes(cp)).map(({ cp }) => `${cp}-1.0`);

/** Every package needs the next one of its category to run. */
function ebuildsOf({ cp, isLast, next }: (typeof parts)[number]): EbuildOf[] {
  const versions = OLD.includes(cp) ? ['1.0', '2.0'] : ['1.0'];
  return versions.map((version) => ({ cpv: `${cp}-${version}`, iuse: 'doc +nls', rdepend: isLast ? '' : next }));
}

/** A world of 1,000 packages, of which two are wanted, on a binhost of the same size. */
export const largeWorld: Scenario = {
  name: 'a-world-of-1000-packages',
  longOnly: 'its 1,000 packages take a minute and more of two cores',
  fleet: {
    metadataCache: true,
    repositories: { main: parts.flatMap(ebuildsOf) },
    binhost: { world: parts.map(({ cp }) => cp), listedAsInstalled: installed },
    nodes: { node1: { world: parts.map(({ cp }) => cp), listedAsInstalled: installed } },
  },
  expected: { node1: Object.fromEntries(wanted.map((cpv) => [cpv, { state: 'ready' }])) },
  builds: Object.fromEntries(wanted.map((cpv) => [cpv, 1])),
};
