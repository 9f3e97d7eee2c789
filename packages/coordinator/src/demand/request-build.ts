/**
 * The operator's own wish: a package that no node reported. In: an atom, flags, a pool. Out: a row of `operator_wishes` and a
 * build of its variant, bound to what the pool's system has or would install for it.
 * Called by the command `build`. May fail with BAD_REQUEST (no atom, no such flag), NOT_FOUND (no such pool, no visible
 * ebuild) and PORTAGE_FAILED, before anything was written.
 */
import type { MergeEntry, PretendResult } from '@binhost/shared/emerge';
import { type Atom, bindingText, matchesAtom, PORTAGE_GRAMMAR, parseAtom } from '@binhost/shared/portage';
import type { MergeEntryOnWire } from '@binhost/shared/protocol';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { coordinatorError } from '../coordinator-errors.ts';
import type { Database } from '../db/database.ts';
import type { EbuildTree } from '../tree/ebuild-tree.ts';
import { installedPackages } from '../tree/installed-packages.ts';
import { poolRoot } from '../tree/pool-root.ts';
import { readPortageq } from '../tree/read-portageq.ts';
import { readPretend } from '../tree/read-pretend.ts';
import { findBindings } from './find-bindings.ts';
import { implicitUse } from './implicit-use.ts';
import { OPERATOR_REASON } from './operator.ts';
import { type OperatorWish, storeOperatorWish } from './operator-wish-store.ts';
import { variantKey } from './variant-key.ts';
import { packagesToBe, type WillHave } from './will-have.ts';

export interface RequestBuild {
  db: Database;
  tree: EbuildTree;
  config: CoordinatorConfig;
  publishedByVariant(db: Database, variantKeys: string[]): Promise<{ cpv: string; buildId: number }[]>;
  /** The step queue keeps builds. */
  enqueueBuild(db: Database, build: OperatorBuild): Promise<{ buildId: number; created: boolean }>;
}

/** A build as the queue takes it. */
export interface OperatorBuild extends Omit<OperatorWish, 'atom' | 'askedAt'> {
  face: [];
  needs: [];
  priority: number;
  reason: string;
  ebuildMd5: string | null;
}

export interface BuildRequest {
  /** Any atom; the best visible ebuild that matches is taken. */
  atom: string;
  /** Flags on top of what the pool's system has set for the package: `flag` or `-flag`. */
  use?: readonly string[];
  pool: string;
}

export interface RequestedBuild {
  pool: string;
  cpv: string;
  repository: string;
  useEnabled: string[];
  /** `dev-libs/libfoo:0/2`. */
  bindings: string[];
  variantKey: string;
  /** The live build of the variant; created: it is new. null: the variant is published already. */
  build: { buildId: number; created: boolean } | null;
  /** BUILD_ID under which it is published already; null: it is not. */
  publishedBuildId: number | null;
}

/** @throws BAD_REQUEST, NOT_FOUND, PORTAGE_FAILED */
export async function requestBuild(deps: RequestBuild, request: BuildRequest): Promise<RequestedBuild> {
  const wish = await resolveRequest(deps, request);
  const { pool, cpv, repository, useEnabled, variantKey: key } = wish;
  const bindings = wish.bindings.map(bindingText);
  const answer = { pool, cpv, repository, useEnabled, bindings, variantKey: key };
  const [published] = await deps.publishedByVariant(deps.db, [key]);
  if (published) return { ...answer, build: null, publishedBuildId: published.buildId };
  await storeOperatorWish(deps.db, wish);
  const { atom: _typed, ...variant } = wish;
  const ebuildMd5 = (await deps.tree.ebuildMd5(cpv, repository)) ?? null;
  const build = await deps.enqueueBuild(deps.db, {
    ...variant,
    ebuildMd5,
    face: [],
    needs: [],
    priority: FIRST_PRIORITY,
    reason: OPERATOR_REASON,
  });
  return { ...answer, build, publishedBuildId: null };
}

/** Until the plan has ranked it: as if one node waited since a minute. */
const FIRST_PRIORITY = 1;

async function resolveRequest(
  { tree, config }: RequestBuild,
  request: BuildRequest,
): Promise<Omit<OperatorWish, 'askedAt'>> {
  const { pool, use = [] } = request;
  const atom = checkAtom(request.atom);
  if (pool !== 'default' && !config.pools[pool]) throw notFound(`expected a pool named '${pool}', there is none`);
  const wrong = use.find((flag) => !PORTAGE_GRAMMAR.useFlag.test(flag.replace(/^[+-]/, '')));
  if (wrong !== undefined) throw badRequest(`expected USE flags such as dbus or -dbus, got '${wrong}'`);
  const root = poolRoot(config, pool);
  const look = await readPretend(config.portage, { root, atom: request.atom, use: use.map(withoutPlus) });
  const target = findTarget(look, atom);
  const metadata = target.repository === null ? undefined : await tree.metadata(target.cpv, target.repository);
  if (!metadata) throw notFound(`expected an ebuild of ${target.cpv} in the binhost's repositories, found none`);
  const flags = switchFlags(target.use, { use, iuse: metadata.iuse, cpv: target.cpv });
  const useInForce = [...flags.useEnabled, ...(await implicitFlags(config, root))];
  const available = packagesToBe(look.entries.filter(isOnWire), await installedPackages(root));
  const bindings: WillHave[] = findBindings(metadata, useInForce, available, { withBdeps: false });
  const { cpv, slot, subslot } = target;
  const repository = target.repository ?? '';
  const key = variantKey({ pool, cpv, repository, useEnabled: flags.useEnabled, bindings });
  return { variantKey: key, pool, atom: atom.text, cpv, slot, subslot, repository, ...flags, bindings };
}

function checkAtom(text: string): Atom {
  const atom = parseAtom(text);
  if (atom && atom.blocker === null) return atom;
  throw badRequest(`expected a package such as net-dns/dnsmasq or =net-dns/dnsmasq-2.90, got '${text.slice(0, 100)}'`);
}

/** The row of the list that was asked for; it stands behind its dependencies. */
function findTarget(look: PretendResult, atom: Atom): MergeEntry {
  // its flags are still to be switched
  const plain = { ...atom, use: [] };
  const target = look.entries.findLast(
    ({ kind, cpv, slot, subslot, repository }) =>
      kind === 'ebuild' && matchesAtom(plain, { cpv, slot, subslot, repository: repository ?? '' }),
  );
  if (target) return target;
  const said = look.problems.map((problem) => problem.message).slice(0, 3);
  throw notFound(
    `expected a visible ebuild of ${atom.text} that can be built, Portage said: ${said.join('; ') || 'nothing'}`,
  );
}

function switchFlags(
  { enabled, disabled }: MergeEntry['use'],
  { use, iuse, cpv }: { use: readonly string[]; iuse: readonly string[]; cpv: string },
): { useEnabled: string[]; useDisabled: string[] } {
  const state = new Map([
    ...disabled.map((flag) => [flag, false] as const),
    ...enabled.map((flag) => [flag, true] as const),
  ]);
  for (const word of use) {
    const flag = word.replace(/^[+-]/, '');
    if (!iuse.includes(flag))
      throw badRequest(`expected a USE flag of ${cpv}, got '${flag}'; it has ${iuse.join(' ')}`);
    state.set(flag, !word.startsWith('-'));
  }
  const known = [...state].filter(([flag]) => iuse.includes(flag));
  const inState = (isOn: boolean): string[] => known.flatMap(([flag, on]) => (on === isOn ? [flag] : [])).sort();
  return { useEnabled: inState(true), useDisabled: inState(false) };
}

async function implicitFlags({ portage }: CoordinatorConfig, root: string): Promise<string[]> {
  const asked = await readPortageq({ portageq: portage.portageq, root }, ['envvar', 'CHOST', 'ACCEPT_KEYWORDS']);
  const [chost = '', keywords = ''] = asked.stdout.split('\n');
  return implicitUse({ chost, acceptKeywords: keywords.split(/\s+/).filter(Boolean) });
}

function isOnWire(entry: MergeEntry): entry is MergeEntry & Pick<MergeEntryOnWire, 'kind'> {
  return entry.kind !== 'blocks';
}

function withoutPlus(flag: string): string {
  return flag.replace(/^\+/, '');
}

function badRequest(message: string): Error {
  return coordinatorError('BAD_REQUEST', message);
}

function notFound(message: string): Error {
  return coordinatorError('NOT_FOUND', message, { hint: "Try 'emerge --pretend ATOM' on the binhost." });
}
