import { join } from 'node:path';
import { Readable } from 'node:stream';
import { matchesAtom, parseCpv } from '@binhost/shared/portage';
import type { BuildState } from '@binhost/shared/protocol';
import type { Clock } from '@binhost/shared/time';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { coordinatorError } from '../coordinator-errors.ts';
import type { Database } from '../db/database.ts';
import { wishesOfNode } from '../demand/wish-view.ts';
import { readPoolKeyFacts } from '../publish/pool-key.ts';
import { keyViews } from '../status/key-view.ts';
import type { AttemptRow, BuildRow, WishRow } from '../status/status-rows.ts';
import * as store from '../status/status-store.ts';
import * as view from '../status/status-view.ts';
import type * as views from '../status/view-types.ts';
import { whyVariants } from '../status/why-view.ts';
import { followFile } from './follow-file.ts';
import { findGarbage } from './garbage-reads.ts';
import { buildOfNumber, knownPackage, nodeOfName } from './named-rows.ts';
import { loadPolicyViews } from './operator-actions.ts';
import { readLogTail } from './read-log-tail.ts';

/** The questions that the API answers; each read anew from the tables. */
export interface ApiReads {
  status(): Promise<views.CoordinatorStatus>;
  nodes(): Promise<views.NodeView[]>;
  node(name: string): Promise<views.NodeDetail>;
  demand(): Promise<views.DemandView[]>;
  builds(states: readonly BuildState[] | undefined): Promise<views.BuildView[]>;
  build(id: number): Promise<views.BuildDetail>;
  policies(): Promise<views.PolicyView[]>;
  /** The signing keys of every pool. */
  keys(): Promise<views.KeyView[]>;
  /** Published packages that could go. @param keepMs how long one stays whoever wishes for it */
  garbage(keepMs: number): Promise<views.GarbageView[]>;
  /** All that is known of a package, or of the package of a build; @param node only what this node wishes for */
  why(about: string, node: string | undefined): Promise<views.WhyVariant[]>;
  /** The newest attempt's log as text. */
  log(request: { buildId: number; follow: boolean; signal: AbortSignal }): Promise<Readable>;
}

export interface ApiReadsParts {
  db: Database;
  config: CoordinatorConfig;
  clock: Clock;
  version: string;
  startedAtMs: number;
  /** Pools that a running publisher holds. */
  publishingPools(): Promise<string[]>;
  /** Why reports of nodes have not become wishes; empty: they all have. */
  unreadReasons(): string[];
  /** Nodes whose connections replace each other. */
  contestedNodes(): string[];
  /** Log file of an attempt below the log directory → its path. */
  logFile(logPath: string): string;
}

export function makeApiReads(parts: ApiReadsParts): ApiReads {
  const { db, config, clock } = parts;
  return {
    status: async () => {
      const [rows, publishingPools, keys] = await Promise.all([
        store.loadStatusRows(db),
        parts.publishingPools(),
        readKeyViews(config),
      ]);
      return view.coordinatorStatus({
        rows,
        nowMs: clock.nowMs(),
        version: parts.version,
        startedAtMs: parts.startedAtMs,
        publishingPools,
        keys,
        keyWarningMs: config.publish.keyWarning,
        unreadReasons: parts.unreadReasons(),
        contestedNodes: parts.contestedNodes(),
        builderSilenceMs: config.build.lease,
        hasPackagesUrl: config.packages.url !== '',
      });
    },
    nodes: async () => view.nodeViews(await store.loadNodes(db), await store.loadWishCounts(db)),
    node: async (name) => {
      const row = await nodeOfName(db, name);
      const [node] = view.nodeViews([row], await store.loadWishCounts(db));
      return { ...(node as views.NodeView), wishList: await wishesOfNode(db, row.id) };
    },
    demand: async () => view.demandViews(await store.loadWishes(db)),
    builds: async (states) => (await store.loadBuilds(db, states ? { states } : {})).map(view.buildView),
    build: async (id) => view.buildDetail(await buildOfNumber(db, id), await store.loadAttempts(db, [id])),
    policies: () => loadPolicyViews(db),
    keys: () => readKeyViews(config),
    garbage: (keepMs) => findGarbage({ db, clock }, keepMs),
    why: async (about, node) => {
      if (node !== undefined) await nodeOfName(db, node);
      const variants = /^\d+$/.test(about) ? await whyOfBuild(parts, Number(about)) : await whyOfPackage(parts, about);
      return node === undefined ? variants : variants.filter(({ wishes }) => wishes.some((wish) => wish.node === node));
    },
    log: async ({ buildId, follow, signal }) => {
      const attempt = await newestAttempt(db, buildId);
      const path = parts.logFile(attempt.logPath);
      const isWritten = async (): Promise<boolean> => isRunning(db, attempt);
      return Readable.from(followFile({ path, clock, signal, ...(follow && { isWritten }) }));
    },
  };
}

/** The signing keys of every pool, as its publisher put them beside the index. */
async function readKeyViews({ paths, pools }: CoordinatorConfig): Promise<views.KeyView[]> {
  const found = Object.keys(pools).map(async (pool) =>
    keyViews(pool, await readPoolKeyFacts(join(paths.packages, pool))),
  );
  return (await Promise.all(found)).flat();
}

/** Lines of a failed attempt's log that are shown. */
const TAIL_LINES = 10;

async function whyOfBuild(parts: ApiReadsParts, id: number): Promise<views.WhyVariant[]> {
  const build = await buildOfNumber(parts.db, id);
  const cp = parseCpv(build.cpv)?.cp ?? build.cpv;
  const wishes = (await store.loadWishes(parts.db, cp)).filter(({ variantKey }) => variantKey === build.variantKey);
  return explainVariants(parts, wishes, [build]);
}

async function whyOfPackage(parts: ApiReadsParts, text: string): Promise<views.WhyVariant[]> {
  const atom = await knownPackage(parts.db, text);
  // Flags of the atom are not looked at: `why` shows every variant.
  const isMeant = (row: { cpv: string; slot: string; repository: string }): boolean =>
    matchesAtom({ ...atom, use: [] }, { cpv: row.cpv, slot: row.slot, repository: row.repository });
  const [wishes, builds] = await Promise.all([
    store.loadWishes(parts.db, atom.cp),
    store.loadBuilds(parts.db, { cp: atom.cp }),
  ]);
  return explainVariants(parts, wishes.filter(isMeant), builds.filter(isMeant));
}

async function explainVariants(
  parts: ApiReadsParts,
  wishes: WishRow[],
  builds: BuildRow[],
): Promise<views.WhyVariant[]> {
  const ids = builds.map(({ id }) => id);
  const variants = whyVariants({ wishes, builds, attempts: await store.loadAttempts(parts.db, ids) });
  return Promise.all(
    variants.map(async (variant) => {
      const attempt = variant.build?.attemptList.at(-1);
      if (variant.build?.state !== 'failed' || !attempt) return variant;
      return { ...variant, logTail: await readLogTail(parts.logFile(attempt.log), TAIL_LINES) };
    }),
  );
}

async function newestAttempt(db: Database, buildId: number): Promise<AttemptRow> {
  const attempt = (await store.loadAttempts(db, [buildId])).at(-1);
  if (attempt) return attempt;
  const build = await buildOfNumber(db, buildId);
  throw coordinatorError('NOT_FOUND', `build ${buildId} has not begun, so it has no log; it is ${build.state}`, {
    hint: build.reason,
  });
}

/** True while a builder may still write the attempt's log. */
async function isRunning(db: Database, attempt: AttemptRow): Promise<boolean> {
  const [build] = await store.loadBuilds(db, { id: attempt.buildId });
  if (!build || (build.state !== 'leased' && build.state !== 'building')) return false;
  const newest = (await store.loadAttempts(db, [attempt.buildId])).at(-1);
  return newest?.id === attempt.id && newest.endedAt === null;
}
