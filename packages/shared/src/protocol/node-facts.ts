import { z } from 'zod';
import { ATOM_LIKE, CPV, FEATURE, KEYWORD, lineValue, listOf } from './portage-values.ts';

/** Most lines of a list of /etc/portage, and characters of one. */
const ATOMS = { items: 5000, length: 255 };

/** What a node is, asked of its own portageq; sent with every report. */
export const nodeFacts = z.object({
  /** `portageq envvar CHOST`, e.g. x86_64-pc-linux-gnu. */
  chost: lineValue(200),
  /** `portageq envvar CFLAGS`; for display and for choosing a pool. */
  cflags: lineValue(2000),
  /** Where make.profile points, relative to the repository's profiles directory where possible. */
  profile: lineValue(500),
  acceptKeywords: listOf(KEYWORD, { items: 200, length: 100 }),
  features: listOf(FEATURE, { items: 500, length: 100 }),
  /** The node's EMERGE_DEFAULT_OPTS hold --getbinpkgonly or --usepkgonly. */
  binaryOnly: z.boolean(),
  portageVersion: lineValue(100),
  /** Each repository with its revision (metadata/timestamp.commit or .chk, else null), to tell how far two trees are apart. */
  repositories: z.array(z.object({ name: lineValue(100), revision: lineValue(200).nullable() })).max(200),

  // What came later has a default, so that what an older agent says still decodes.

  /**
   * `category/name` of packages that the node patches or configures by itself (/etc/portage/patches, package.env, env): a
   * binary would replace them without a word. The entry `*` + `/*` stands for a bashrc, which may change every package.
   */
  localChanges: listOf(ATOM_LIKE, ATOMS).default([]),
  /** `category/name` of installed or wanted packages that a repository other than the main one shadows. */
  shadowed: listOf(ATOM_LIKE, ATOMS).default([]),
  /** The atoms of the world file, then the sets of world_sets as `@NAME`; without those past 5,000. */
  world: listOf(ATOM_LIKE, ATOMS).default([]),
  /** The node's EMERGE_DEFAULT_OPTS hold --with-bdeps=y: what its packages need to be built is wanted as well. */
  withBdeps: z.boolean().default(false),
  /** `--usepkg-exclude` of the node's EMERGE_DEFAULT_OPTS, one atom each: such packages are compiled whatever is published. */
  usepkgExclude: listOf(ATOM_LIKE, { items: 1000, length: 255 }).default([]),
  /** package.provided, one cpv each: such packages are just missing from the list. */
  provided: listOf(CPV, ATOMS).default([]),
  /** The highest installed sys-libs/glibc or sys-libs/musl as cpv; null: none. */
  libc: lineValue(255).nullable().default(null),
  /** The highest installed sys-devel/gcc as cpv; null: none. */
  gcc: lineValue(255).nullable().default(null),
  /** Every `sync-uri` of binrepos.conf and PORTAGE_BINHOST; the coordinator knows which one is its own. */
  binhosts: z.array(lineValue(2000)).max(100).default([]),
  /** Those of them that are not the pool's packagesUrl, as far as the agent was told it. */
  otherBinhosts: z.array(lineValue(2000)).max(100).default([]),
});
export type NodeFacts = z.infer<typeof nodeFacts>;

/** What a node is of which nothing is known: its Portage could not be asked. */
export const UNKNOWN_FACTS: NodeFacts = nodeFacts.parse({
  chost: '',
  cflags: '',
  profile: '',
  acceptKeywords: [],
  features: [],
  binaryOnly: false,
  portageVersion: 'unknown',
  repositories: [],
});
