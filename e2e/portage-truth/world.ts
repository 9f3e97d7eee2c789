/** A random world: ebuild repositories, binhosts and one node, as values. random-world.ts makes it, world-files.ts writes it. */
export interface World {
  seed: number;
  repositories: string[];
  ebuilds: Ebuild[];
  installed: BuiltPackage[];
  /** Of binhosts, by the name of their binrepos.conf entry. */
  binhosts: Record<string, BuiltPackage[]>;
  /** Of the node's own PKGDIR. */
  ownBinaries: BuiltPackage[];
  profile: ProfileSettings;
  node: NodeSettings;
  /** Options kept from the node's EMERGE_DEFAULT_OPTS, as the agent passes them. */
  keptOptions: string[];
  /** The options behind them: the agent's, in most worlds. */
  list: string[];
}

export interface Ebuild {
  category: string;
  name: string;
  version: string;
  repository: string;
  /** `0`, or with a sub-slot `0/1`. */
  slot: string;
  keywords: string;
  license: string;
  /** With the ebuild's defaults: `+ssl`. */
  iuse: string[];
  depends: Dependency[];
  restrict: string;
  properties: string;
  sources: Source[];
}

export interface Source {
  file: string;
  /** Its size; null: the Manifest does not know it. */
  bytes: number | null;
  /** The node has it already. */
  fetched: boolean;
}

export interface Dependency {
  where: 'DEPEND' | 'BDEPEND' | 'RDEPEND' | 'PDEPEND';
  /** `flag` or `!flag`: only then. */
  condition: string | null;
  /** With `:=` it is bound when the package is built. */
  atom: string;
  /** `|| ( atom alternative )`. */
  alternative: string | null;
}

/** A binary, or what is installed. */
export interface BuiltPackage extends Ebuild {
  enabled: string[];
  /** Each `:=` atom with what it was bound to. */
  bindings: Record<string, string>;
  buildId: number | null;
  /** Unix time in seconds. */
  buildTime: number;
  bytes: number;
}

export interface ProfileSettings {
  use: string[];
  forced: string[];
  masked: string[];
  /** `cat/pkg flag -flag`. */
  packageForced: string[];
  packageMasked: string[];
  hiddenGroups: string[];
}

export interface NodeSettings {
  world: string[];
  use: string[];
  /** Lines of files below etc/portage, by file name. */
  files: Record<string, string[]>;
  acceptKeywords: string;
  acceptLicense: string;
  features: string;
}

export function cpvOf(ebuild: Pick<Ebuild, 'category' | 'name' | 'version'>): string {
  return `${ebuild.category}/${ebuild.name}-${ebuild.version}`;
}

export function cpOf(ebuild: Pick<Ebuild, 'category' | 'name'>): string {
  return `${ebuild.category}/${ebuild.name}`;
}

/** The plain name of a flag of IUSE. */
export function flagName(flag: string): string {
  return flag.replace(/^[+-]/, '');
}
