import type { ExpectedSeconds } from './rank-builds.ts';

/**
 * How long a build of a package takes: as its last build here did, else as the binhost itself took to compile it.
 *
 * @param history seconds of our own builds, by category/name
 * @param ofBinhost what the binhost's emerge.log tells, by category/name
 */
export function expectedSeconds(
  history: ReadonlyMap<string, number>,
  ofBinhost: ReadonlyMap<string, number>,
): ExpectedSeconds {
  return (cp) => history.get(cp) ?? ofBinhost.get(cp);
}
