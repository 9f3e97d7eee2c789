import type { BuildJob } from '../queue/build-job.ts';

/** What the builder writes for the program that runs inside the new namespaces, as JSON in the attempt's directory. */
export interface RootJob {
  job: BuildJob;
  /** Directories of this attempt; see attemptPaths. */
  attemptDir: string;
  packages: { lower: string; upper: string; work: string };
  poolRoot: string;
  /** Lines of pools.POOL.makeConf. */
  poolLines: string;
  /** pools.POOL.portage; empty: nothing declared. */
  poolPortage: string;
  emerge: readonly string[];
  portageq: readonly string[];
  nice: number;
  /** Of every call of Portage. */
  env: Record<string, string>;
  /** Paths of this machine that no build may see. */
  hidden: string[];
}

/** Where things of one attempt lie below its directory. */
export function attemptPaths(attemptDir: string) {
  return {
    job: `${attemptDir}/job.json`,
    result: `${attemptDir}/result.json`,
    /** What was installed in the root when the package was built. */
    rootFacts: `${attemptDir}/build-root.json`,
    root: `${attemptDir}/root`,
    layers: `${attemptDir}/layers`,
    tmp: `${attemptDir}/tmp`,
    portage: `${attemptDir}/portage`,
  };
}

/** Where the commands of an attempt run. */
export function enclosureOf({ attemptDir }: Pick<RootJob, 'attemptDir'>): { root: string; directory: string } {
  return { root: attemptPaths(attemptDir).root, directory: attemptDir };
}

/** Below an attempt's directory: the sessions that it began, one line `SESSION TICKS` each. */
export const SESSIONS_FILE = 'sessions';
