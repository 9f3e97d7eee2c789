import { Readable } from 'node:stream';
import type { BuildState } from '@binhost/shared/protocol';
import type { Clock } from '@binhost/shared/time';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { coordinatorError } from '../coordinator-errors.ts';
import type { Database } from '../db/database.ts';
import { wishesOfNode } from '../demand/wish-view.ts';
import type { AttemptRow } from '../status/status-rows.ts';
import * as store from '../status/status-store.ts';
import * as view from '../status/status-view.ts';
import type * as views from '../status/view-types.ts';
import { followFile } from './follow-file.ts';

/** The questions that the API answers; each read anew from the tables. */
export interface ApiReads {
  status(): Promise<views.CoordinatorStatus>;
  nodes(): Promise<views.NodeView[]>;
  node(name: string): Promise<views.NodeDetail>;
  demand(): Promise<views.DemandView[]>;
  builds(states: readonly BuildState[] | undefined): Promise<views.BuildView[]>;
  build(id: number): Promise<views.BuildDetail>;
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
  /** Log file of an attempt below the log directory → its path. */
  logFile(logPath: string): string;
}

export function makeApiReads(parts: ApiReadsParts): ApiReads {
  const { db, config, clock } = parts;
  return {
    status: async () => {
      const [rows, publishingPools] = await Promise.all([store.loadStatusRows(db), parts.publishingPools()]);
      return view.coordinatorStatus({
        rows,
        nowMs: clock.nowMs(),
        version: parts.version,
        startedAtMs: parts.startedAtMs,
        publishingPools,
        unreadReasons: parts.unreadReasons(),
        builderSilenceMs: config.build.lease,
        hasPackagesUrl: config.packages.url !== '',
      });
    },
    nodes: async () => view.nodeViews(await store.loadNodes(db), await store.loadWishCounts(db)),
    node: async (name) => {
      const nodes = await store.loadNodes(db, name);
      const [node] = view.nodeViews(nodes, await store.loadWishCounts(db));
      if (!node || !nodes[0]) throw notFound('node', name, 'nodes');
      return { ...node, wishList: await wishesOfNode(db, nodes[0].id) };
    },
    demand: async () => view.demandViews(await store.loadWishes(db)),
    builds: async (states) => (await store.loadBuilds(db, states ? { states } : {})).map(view.buildView),
    build: async (id) => {
      const [build] = await store.loadBuilds(db, { id });
      if (!build) throw notFound('build', String(id), 'builds');
      return view.buildDetail(build, await store.loadAttempts(db, [id]));
    },
    log: async ({ buildId, follow, signal }) => {
      const attempt = await newestAttempt(db, buildId);
      const path = parts.logFile(attempt.logPath);
      const isWritten = async (): Promise<boolean> => isRunning(db, attempt);
      return Readable.from(followFile({ path, clock, signal, ...(follow && { isWritten }) }));
    },
  };
}

async function newestAttempt(db: Database, buildId: number): Promise<AttemptRow> {
  const attempt = (await store.loadAttempts(db, [buildId])).at(-1);
  if (attempt) return attempt;
  const [build] = await store.loadBuilds(db, { id: buildId });
  if (!build) throw notFound('build', String(buildId), 'builds');
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

function notFound(what: string, got: string, command: string) {
  return coordinatorError('NOT_FOUND', `expected a known ${what}, got '${got}'`, {
    hint: `binhost-coordinator ${command} lists them.`,
  });
}
