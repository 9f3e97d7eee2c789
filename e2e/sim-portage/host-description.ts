/** What a simulated host is made from: the few facts that matter, everything else has a default. */

export interface HostDescription {
  /** Must not exist yet, or be empty. */
  directory: string;
  /** The first one is the main repository, and the master of the others. */
  repositories: RepositoryDescription[];
  /** Lines of the world file: category/name. */
  world?: string[];
  /** make.conf, on top of CFLAGS and ACCEPT_LICENSE="*". */
  makeConf?: Record<string, string>;
  /** Lines of package.use, package.accept_keywords and package.mask. */
  packageUse?: string[];
  acceptKeywords?: string[];
  packageMask?: string[];
  /** package.use and package.accept_keywords are files; default: directories. */
  plainFiles?: boolean;
  binaryHosts?: BinaryHostDescription[];
  installed?: InstalledDescription[];
}

export interface RepositoryDescription {
  name: string;
  ebuilds: EbuildDescription[];
}

/** An ebuild: dependency strings, flags and keywords as an ebuild writes them. */
export interface EbuildDescription {
  /** category/name-version[-rN] */
  cpv: string;
  /** `0`, `0/2`, … */
  slot?: string;
  /** `dbus +dhcp` */
  iuse?: string;
  /** Default: amd64. */
  keywords?: string;
  depend?: string;
  bdepend?: string;
  rdepend?: string;
  pdepend?: string;
  license?: string;
  restrict?: string;
  properties?: string;
  /** How long it compiles. */
  seconds?: number;
  /** It never compiles, or its sources cannot be fetched. */
  fault?: 'compile' | 'fetch';
  /** What the compile fault says. */
  faultText?: string;
  /** Libraries that it installs, by their soname. */
  libraries?: string[];
  /** Libraries that it links against where an installed package has them, whatever its dependencies say. */
  finds?: string[];
  /** What `--pretend` shows as download. */
  downloadKiB?: number;
}

export interface BinaryHostDescription {
  name: string;
  /** Address of the directory that holds `Packages`. */
  syncUri: string;
  /** Default: 9999. */
  priority?: number;
  /** Default: true, as Portage's own. */
  verifySignature?: boolean;
}

/** An installed package; slot, IUSE and dependencies are those of its ebuild, which must be described. */
export interface InstalledDescription {
  cpv: string;
  /** Enabled flags. */
  use?: string[];
  /** Dependencies as recorded, where they differ from the ebuild's: `dev-libs/libfoo:0/1=`. */
  rdepend?: string;
  depend?: string;
}
