import type { Happening } from './happening.ts';

/**
 * A small fleet in words: what the ebuild repositories hold, and what each machine is. The same description makes hosts of
 * the simulated Portage and hosts that run the real one, so a scenario says everything once.
 */

export interface EbuildOf {
  /** category/name-version[-rN] */
  cpv: string;
  /** SLOT, `0` where absent; `0/2` names a sub-slot. */
  slot?: string;
  /** IUSE as an ebuild writes it: `dbus +dhcp`. */
  iuse?: string;
  /** DEPEND and RDEPEND at once where only `depend` is given for both: they are separate variables, as in an ebuild. */
  depend?: string;
  rdepend?: string;
  bdepend?: string;
  /** `amd64` where absent; empty for none. */
  keywords?: string;
  restrict?: string;
  properties?: string;
  srcUri?: string;
  /** What the file behind `srcUri` holds; it is nowhere until a story serves it, see `serveSource`. */
  source?: string;
  /** A library that it installs, by its soname. */
  library?: string;
  /** A library that it links against where it is there, whatever its dependencies say. */
  finds?: string;
  /** How long the compiler takes. */
  compileSeconds?: number;
  /** Its phases try to get out of the build root, as root, and fail where any of it works. Real Portage only. */
  isHostile?: boolean;
  /** Makes the compile phase fail with this text. */
  breaks?: string;
}

/** Dotted key → value. */
export type Settings = Record<string, string | number | boolean | string[]>;

export interface MachineOf {
  /** USE of make.conf. */
  use?: string;
  /** Lines of package.use. */
  packageUse?: string[];
  /** Lines of package.accept_keywords. */
  acceptKeywords?: string[];
  /** Lines of package.mask. */
  packageMask?: string[];
  /** Further variables of make.conf. */
  makeConf?: Record<string, string>;
  /** package.use and package.accept_keywords are files; absent: directories. */
  plainFiles?: boolean;
  /** Further files below /etc/portage: path → text. */
  files?: Record<string, string>;
  /** False: the node's binrepos.conf does not name the binhost. */
  namesBinhost?: boolean;
  /** False: the node's owner has not made it trust the binhost's key. */
  trustsKey?: boolean;
  /** Settings of a node's agent by dotted key, on top of the stage's own. */
  settings?: Settings;
  /** Atoms of the world file. */
  world: string[];
  /** Exact versions that are installed at the start, in an order in which they can be installed. */
  installed?: string[];
  /** Exact versions of `main` that stand in the package database from the start, as a list: nobody has merged them here. */
  listedAsInstalled?: string[];
}

export interface Fleet {
  /** Repository name → its ebuilds; `main` is the main repository, every other one has it as its master. */
  repositories: Record<string, EbuildOf[]>;
  /** Repositories besides `main` by machine; absent: none. */
  overlays?: Record<string, string[]>;
  /** Ebuilds of `main` that a machine has in another form: machine → its versions of them. */
  ownEbuilds?: Record<string, EbuildOf[]>;
  binhost: MachineOf;
  nodes: Record<string, MachineOf>;
  /** Settings of the coordinator's processes by dotted key, on top of the stage's own. */
  settings?: Settings;
  /** Directories of the binhost that are file systems of their own, outer ones first; on hosts with a root of their own. */
  ownFileSystems?: string[];
  /** Ebuild repositories have a metadata/md5-cache on hosts with the real Portage too, as Gentoo's own has. */
  metadataCache?: true;
  /** A binhost that is not ours, machine `other`, with unsigned packages of these versions; every node names it. */
  otherBinhost?: MachineOf & { offers: string[] };
}

/** The exact end of one wish: what `binhost-agent status` must show. */
export interface ExpectedWish {
  state: 'ready' | 'excluded' | 'unbuildable' | 'refused' | 'waiting' | 'published';
  /** The word for programs; absent: none. */
  reasonCode?: string;
  /** State of its build where it never gets ready. */
  build?: string;
  /** What its reason says among other words, where the scenario is about them. */
  saying?: string;
  /** Enabled flags of the variant, where the scenario is about them. */
  use?: string[];
  /** `dev-libs/libfoo:0/2` …, where the scenario is about them. */
  bindings?: string[];
}

/** Things that happen one after the other, and where they lead. */
export interface Moment {
  /** What happens, in words. */
  when: string;
  happens: Happening[];
  /** Node → cpv → its state afterwards; every live wish of the node must be listed. Nodes that are not named are not asked. */
  expected: Record<string, Record<string, ExpectedWish>>;
  /** Node → codes of what its status names as in the way. */
  situations?: Record<string, string[]>;
  /** Builds that must stand in this state before the next moment: cpv → state of its newest build. */
  newestBuilds?: Record<string, string>;
  /** How many tries the newest build of a package took, at the moment's end: cpv → attempts. */
  attempts?: Record<string, number>;
}

export interface Scenario {
  /** File name and title: what happens, in words with hyphens. */
  name: string;
  fleet: Fleet;
  /** Node → cpv → its end; every live wish of the node must be listed. */
  expected: Record<string, Record<string, ExpectedWish>>;
  /** Node → codes of what its status names as in the way. */
  situations?: Record<string, string[]>;
  /** What happens then, moment by moment; the last one's wishes are the end. */
  story?: Moment[];
  /** At the very end: cpv → number of builds, superseded ones apart. */
  builds: Record<string, number>;
  /** The whole index at the end, by-products included, where the scenario is about them: cpv → number of packages. */
  published?: Record<string, number>;
  /** The binhost's own system is not what a package must be built against, so each build needs a root of its own. */
  buildRoots?: true;
  /** Only the real Portage has what it needs: not run on the simulated one. */
  realOnly?: string;
  /** Why the simulated Portage plays it only in `npm run test:long`. */
  longOnly?: string;
}

/** The ebuilds of one repository as a machine has them. */
export function ebuildsOf(fleet: Fleet, machine: string, repository: string): EbuildOf[] {
  const own = repository === 'main' ? (fleet.ownEbuilds?.[machine] ?? []) : [];
  const shared = (fleet.repositories[repository] ?? []).filter(({ cpv }) => own.every((ebuild) => ebuild.cpv !== cpv));
  return [...shared, ...own];
}
