import { errorSentence } from '@binhost/shared/errors';
import { OLDEST_PROTOCOL_VERSION, PROTOCOL_VERSION } from '@binhost/shared/protocol';
import type { Clock } from '@binhost/shared/time';
import { makeOperators, type Operators } from './access/operators.ts';
import { logFile } from './build/build-log.ts';
import { controlListener } from './config/control-listener.ts';
import type { CoordinatorConfig } from './config/coordinator-config.ts';
import { addressText, parseListenAddress } from './config/listen-address.ts';
import { packagesUrl } from './config/packages-url.ts';
import { joinParts } from './coordinator-join.ts';
import { CHANNELS } from './db/channels.ts';
import type { Database } from './db/database.ts';
import { type OpenDatabase, openDatabase } from './db/open-database.ts';
import { applyPublished } from './demand/apply-published.ts';
import { followFailures } from './demand/follow-failures.ts';
import { loadDemand, loadWanted } from './demand/load-demand.ts';
import { recordProofs } from './demand/record-proofs.ts';
import { refreshDemand } from './demand/refresh-demand.ts';
import { requestBuild } from './demand/request-build.ts';
import { wishesOfNode } from './demand/wish-view.ts';
import { type ApiReads, makeApiReads } from './http/api-reads.ts';
import { makeChoreActions } from './http/chore-actions.ts';
import { listenOnAddress, listenOnSocket } from './http/listen.ts';
import { makeOperatorActions, type OperatorActions } from './http/operator-actions.ts';
import { adminServer, controlServer, type DoorParts, packagesServer, viewServer } from './http/servers.ts';
import { makeJoinNode, makeTokenActions } from './http/token-actions.ts';
import { ingestHello } from './ingest/ingest-hello.ts';
import { ingestInventory } from './ingest/ingest-inventory.ts';
import { ingestReport } from './ingest/ingest-report.ts';
import { markAllDisconnected, markConnected, markDisconnected } from './ingest/mark-connection.ts';
import { makeRateLimit } from './limits/rate-limit.ts';
import { type AgentGateway, makeAgentGateway } from './link/agent-gateway.ts';
import type { AgentHandlers } from './link/on-agent-message.ts';
import { OnlineAgents } from './link/online-agents.ts';
import { Presence } from './link/presence.ts';
import { makePump, type Pump } from './link/pump.ts';
import type { Logger } from './log.ts';
import { type NightlyParts, runNightly } from './nightly/nightly.ts';
import { parseSchedule } from './nightly/schedule.ts';
import { appendEvent, markSeen, pruneEvents, raiseCursor } from './notify/event-store.ts';
import { notifyAgents } from './notify/notify-agents.ts';
import { expectedSeconds } from './plan/expected-seconds.ts';
import { makePlanner, type Planner } from './plan/planner.ts';
import type { ExpectedSeconds } from './plan/rank-builds.ts';
import { currentIndex, loadPublished, publishedByVariant, publishedOfVersions } from './publish/published-store.ts';
import { publisherLock } from './publish/publisher.ts';
import { enqueueBuild, loadLiveBuilds, moveBuild, needBuilds, setPriority } from './queue/build-store.ts';
import { loadBuildSeconds } from './queue/duration-store.ts';
import { loadCancelledVariants } from './queue/operator-store.ts';
import { reclaimLeases } from './queue/reclaim-leases.ts';
import { runTogether } from './run-together.ts';
import { isDatabaseAlive, loadHeldLocks, loadNodes } from './status/status-store.ts';
import { type EbuildTree, openEbuildTree } from './tree/ebuild-tree.ts';
import { openEmergeLog } from './tree/emerge-log.ts';

/**
 * Composition root of `serve`. The order below is the way of the data: link → ingest → demand → plan → queue → build →
 * publish → notify → status. Steps never call each other; what follows what is said here and nowhere else.
 */
export interface CoordinatorParts {
  config: CoordinatorConfig;
  /** undefined: the private cluster. */
  databaseUrl: string | undefined;
  /** Where PostgreSQL's binaries are looked for last. */
  searchPath: string | undefined;
  version: string;
  clock: Clock;
  log: Logger;
  /** Stops everything, in order. */
  signal: AbortSignal;
  /** `serve --all`: each runs a builder or publisher until its signal aborts. */
  children: ((signal: AbortSignal) => Promise<void>)[];
}

/** Runs until the signal aborts. @throws CONTROL_NOT_LOOPBACK, LISTEN_FAILED, DATABASE_UNAVAILABLE, DATABASE_NEWER */
export async function runCoordinator(parts: CoordinatorParts): Promise<void> {
  controlListener(parts.config.control);
  parseSchedule(parts.config.sync.schedule, 'sync.schedule');
  const open = await openDatabase({ ...parts, startCluster: true });
  try {
    await serve(parts, open);
  } finally {
    await open.close();
    parts.log.info('coordinator stopped');
  }
}

async function serve(parts: CoordinatorParts, open: OpenDatabase): Promise<void> {
  const { config, clock, log } = parts;
  const { db } = open;
  const flow = wireSteps(parts, db);
  const admin = adminServer(apiParts(flow, parts, db));
  // Before anything is written: the one that runs already holds this socket, and its nodes are online.
  const removeSocket = await listenOnSocket(admin, `${config.paths.run}/admin.sock`);
  try {
    await markAllDisconnected(db);
    await runTogether(parts.signal, [
      (signal) => listen(flow, { parts, db, signal }),
      (signal) => flow.planner.run(signal),
      (signal) => reclaimLeases({ db, config, clock, log, signal }),
      (signal) => followDatabase(flow, { parts, open, signal }),
      (signal) => runNightly(nightlyParts(flow, parts, open), signal),
      ...parts.children,
    ]);
    await Promise.all([flow.settle.stop(), flow.notify.stop(), flow.presence.flush()]);
  } finally {
    await admin.close();
    await removeSocket();
  }
}

/** The steps, each with the one that follows it. */
interface Flow {
  operators: Operators;
  agents: OnlineAgents;
  presence: Presence;
  /** Makes wishes of the node's newest report. What stops it is logged, shown in the status, and tried again by the poll. */
  refresh(nodeId: string): Promise<void>;
  tree: EbuildTree;
  /** Nodes whose newest report may not be in their wishes yet, with why; empty: it has not been tried. */
  unread: Map<string, string>;
  planner: Planner;
  settle: Pump;
  notify: Pump;
}

function wireSteps({ config, clock, log }: CoordinatorParts, db: Database): Flow {
  // access: which people are let in
  const operators = makeOperators({ db, limits: { ...config.access, ...config.limits }, clock });

  // link: who is connected, and what is pushed to them
  const agents = new OnlineAgents({
    loadWishes: (nodeId) => wishesOfNode(db, nodeId),
    gatherMs: config.notify.gather,
    clock,
    log: log.child({ step: 'link' }),
  });
  const presence = new Presence({
    isOnline: (nodeId) => agents.isOnline(nodeId),
    store: (nodeId, isOnline) => (isOnline ? markConnected(db, nodeId, clock.nowMs()) : markDisconnected(db, nodeId)),
    log: log.child({ step: 'ingest' }),
  });

  // demand: what a node said becomes its wishes
  const tree = openEbuildTree({ config, log });
  const unread = new Map<string, string>();
  const refresh = async (nodeId: string): Promise<void> => {
    unread.set(nodeId, unread.get(nodeId) ?? '');
    try {
      await refreshDemand({ db, tree, config, clock, log, loadPublished }, nodeId);
    } catch (err) {
      unread.set(nodeId, errorSentence(err));
      log.error({ step: 'demand', nodeId, err }, 'demand not refreshed');
      return;
    }
    unread.delete(nodeId);
    settle.wake();
    planner.wake();
    agents.pushWishes(nodeId);
  };

  // plan: wishes become builds; builder processes take them out of the queue
  const queue = { loadLiveBuilds, loadCancelledVariants, enqueueBuild, needBuilds, moveBuild, setPriority };
  const emergeLog = openEmergeLog(config.portage.root);
  const loadExpectedSeconds = async (): Promise<ExpectedSeconds> =>
    expectedSeconds(await loadBuildSeconds(db), await emergeLog());
  const read = { loadDemand, loadWanted, publishedOfVersions, loadExpectedSeconds };
  const planner = makePlanner({ db, tree, config, clock, log, ...read, ...queue });

  // publish: a publisher process has changed an index; the wishes follow it
  const newFailures = followFailures(db);
  const settle = makePump(
    async () => {
      for (const nodeId of await newFailures()) await refresh(nodeId);
      await applyPublished({ db, log, publishedOfVersions, currentIndex, appendEvent });
      planner.wake();
      notify.wake();
      agents.pushWishes();
    },
    (err) => log.error({ step: 'demand', err }, 'published packages could not be applied'),
  );

  // notify: the nodes hear of it
  const notify = makePump(
    async () => {
      await notifyAgents({ db, log, ...agents.eventRound() });
    },
    (err) => log.error({ step: 'notify', err }, 'agents could not be notified'),
  );
  return { operators, agents, presence, refresh, tree, unread, planner, settle, notify };
}

/** What agents say, and what follows from it. Each resolves after the commit; what it returns runs after the acknowledgement. */
function agentHandlers(flow: Flow, { config, clock, version }: CoordinatorParts, db: Database): AgentHandlers {
  return {
    greet: async (hello) => {
      const { node, lastReport, inventoryWanted } = await ingestHello(db, hello, clock.nowMs());
      await raiseCursor(db, node.id, hello.lastEvent);
      return {
        node: { id: node.id, name: node.name },
        welcome: {
          type: 'welcome',
          protocolVersion: PROTOCOL_VERSION,
          oldestProtocolVersion: OLDEST_PROTOCOL_VERSION,
          coordinatorVersion: version,
          nodeId: node.id,
          pool: node.pool,
          packagesUrl: packagesUrl(config, node.pool),
          index: (await currentIndex(db, node.pool)) ?? null,
          inventoryWanted,
          lastReport,
          sentAtMs: clock.nowMs(),
        },
      };
    },
    inventory: async (node, inventory) => {
      await ingestInventory(db, node.id, inventory);
      return () => flow.refresh(node.id);
    },
    report: async (node, report) => {
      const { isNew } = await ingestReport(db, node.id, report, config.demand.keepReports);
      return isNew || flow.unread.has(node.id) ? () => flow.refresh(node.id) : undefined;
    },
    proofs: async (node, proofs) => {
      await recordProofs(db, node.id, proofs);
      return async () => flow.agents.pushWishes(node.id);
    },
    eventSeen: async (node, { event }) => {
      await markSeen(db, node.id, event);
      return undefined;
    },
  };
}

interface ListenParts {
  parts: CoordinatorParts;
  db: Database;
  signal: AbortSignal;
}

/** Opens both listeners and view.sock, and closes them when the signal aborts. */
async function listen(flow: Flow, { parts, db, signal }: ListenParts): Promise<void> {
  const { config, log } = parts;
  const api = apiParts(flow, parts, db);
  const gateway = openGateway(flow, parts, db);
  const limits = serverLimits(config);
  const servers = {
    packages: packagesServer(config.paths.packages, { ...api, limits }),
    control: controlServer({ ...api, limits, joinNode: makeJoinNode(joinParts(parts, db)) }),
    view: viewServer(api),
  };
  servers.control.server.on('upgrade', gateway.onUpgrade);
  let removeSocket: (() => Promise<void>) | undefined;
  try {
    removeSocket = await listenOnSocket(servers.view, `${config.paths.run}/view.sock`, { group: 'binhost' });
    const packagesAddress = parseListenAddress(config.packages.listen, 'packages.listen');
    const packages = addressText(await listenOnAddress(servers.packages, packagesAddress));
    const control = addressText(await listenOnAddress(servers.control, controlListener(config.control)));
    log.info({ packages, control, run: config.paths.run }, 'coordinator ready');
    await aborted(signal);
  } finally {
    await flow.agents.close();
    await gateway.close();
    await Promise.all(Object.values(servers).map((server) => server.close()));
    await removeSocket?.();
  }
}

function serverLimits({ limits }: CoordinatorConfig): NonNullable<DoorParts['limits']> {
  return { headersTimeoutMs: limits.headersTimeout, stallTimeoutMs: limits.stallTimeout, connections: limits };
}

/** What all doors of the API share. */
function apiParts(flow: Flow, parts: CoordinatorParts, db: Database): DoorParts {
  const { config, clock } = parts;
  return {
    reads: apiReads(flow, parts, db),
    isDatabaseAlive: () => isDatabaseAlive(db),
    actions: {
      askLook: (reason, name) => flow.agents.askLook(reason, name),
      ...makeChoreActions({ db, clock, logFile: (logPath) => logFile(config, logPath) }),
    },
    operator: operatorActions(flow, parts, db),
    operators: flow.operators,
    tokens: makeTokenActions(joinParts(parts, db)),
    config,
    clock,
    log: parts.log.child({ step: 'http' }),
  };
}

/** The link: where agents come in. */
function openGateway(flow: Flow, parts: CoordinatorParts, db: Database): AgentGateway {
  const { pingInterval, helloTimeout, maxFrame, maxBuffered, secret } = parts.config.control;
  const { connectsPerMinute, connectsPerMinuteOfAll, greetingAgents } = parts.config.limits;
  return makeAgentGateway({
    secret,
    maxGreeting: greetingAgents,
    connects: makeRateLimit({
      perMinute: connectsPerMinute,
      perMinuteOfAll: connectsPerMinuteOfAll,
      clock: parts.clock,
    }),
    handlers: agentHandlers(flow, parts, db),
    onOnline: (node, session, lastEvent) => {
      flow.agents.add(node, session, lastEvent);
      flow.presence.note(node.id);
      flow.notify.wake();
    },
    onOffline: (node, session) => {
      if (flow.agents.remove(node, session)) flow.presence.note(node.id);
    },
    limits: { pingIntervalMs: pingInterval, helloTimeoutMs: helloTimeout, maxFrame, maxBuffered },
    clock: parts.clock,
    log: parts.log.child({ step: 'link' }),
  });
}

/** What people ask for by the commands. */
function operatorActions(flow: Flow, { config }: CoordinatorParts, db: Database): OperatorActions {
  return makeOperatorActions({
    db,
    requestBuild: (request) => requestBuild({ db, tree: flow.tree, config, publishedByVariant, enqueueBuild }, request),
    onChange: () => {
      flow.planner.wake();
      flow.agents.pushWishes();
    },
  });
}

/** The status: what all steps have written, for the API and the commands. */
function apiReads(flow: Flow, { config, clock, version }: CoordinatorParts, db: Database): ApiReads {
  const pools = Object.keys(config.pools);
  return makeApiReads({
    db,
    config,
    clock,
    version,
    startedAtMs: clock.nowMs(),
    publishingPools: async () => {
      const held = await loadHeldLocks(db, pools.map(publisherLock));
      return pools.filter((pool) => held.includes(publisherLock(pool)));
    },
    contestedNodes: () => flow.agents.contested(),
    unreadReasons: () => [...new Set(flow.unread.values())].filter(Boolean),
    logFile: (logPath) => logFile(config, logPath),
  });
}

/** The nightly work: after a sync all demand is made anew, and all nodes look. */
function nightlyParts(flow: Flow, { config, clock, log }: CoordinatorParts, open: OpenDatabase): NightlyParts {
  return {
    open,
    config,
    clock,
    log,
    schedule: parseSchedule(config.sync.schedule, 'sync.schedule'),
    onSynced: async () => {
      for (const { id } of await loadNodes(open.db)) await flow.refresh(id);
      flow.agents.askLook('the binhost has synced its repositories');
    },
  };
}

/** Follows what other processes change: LISTEN as a hint, a poll as the truth. */
async function followDatabase(
  flow: Flow,
  { parts, open, signal }: { parts: CoordinatorParts; open: OpenDatabase; signal: AbortSignal },
): Promise<void> {
  const { config, clock, log } = parts;
  // What was stored before a former process died may not have become wishes yet.
  for (const { id } of await loadNodes(open.db)) flow.unread.set(id, '');
  await open.listen(CHANNELS.changed, () => flow.settle.wake());
  while (!signal.aborted) {
    for (const nodeId of Array.from(flow.unread.keys())) await flow.refresh(nodeId);
    for (const nodeId of flow.agents.online()) {
      await pruneEvents(open.db, nodeId, config.notify.keepEvents).catch((err: unknown) =>
        log.warn({ step: 'notify', err }, 'events not pruned'),
      );
    }
    await flow.operators.prune().catch((err: unknown) => log.warn({ step: 'access', err }, 'audit log not pruned'));
    flow.settle.wake();
    await flow.presence.flush();
    await clock.sleep(config.plan.interval, signal);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
