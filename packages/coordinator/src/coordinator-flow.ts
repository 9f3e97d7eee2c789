import { join } from 'node:path';
import { errorSentence } from '@binhost/shared/errors';
import { OLDEST_PROTOCOL_VERSION, PROTOCOL_VERSION } from '@binhost/shared/protocol';
import { judgeIdentity } from './access/judge-identity.ts';
import { identityOf, markIdentitySeen } from './access/node-identity-store.ts';
import { NodeReadTokens } from './access/node-read-tokens.ts';
import { makeOperators, type Operators } from './access/operators.ts';
import { packagesUrl } from './config/packages-url.ts';
import type { CoordinatorParts } from './coordinator.ts';
import type { Database } from './db/database.ts';
import { applyPublished } from './demand/apply-published.ts';
import { storeOverBudget } from './demand/budget-store.ts';
import { followFailures } from './demand/follow-failures.ts';
import { followWishes } from './demand/follow-wishes.ts';
import { loadDemand, loadWanted } from './demand/load-demand.ts';
import { recordProofs } from './demand/record-proofs.ts';
import { refreshDemand } from './demand/refresh-demand.ts';
import { wishesOfNode } from './demand/wish-view.ts';
import { ingestHello } from './ingest/ingest-hello.ts';
import { ingestInventory } from './ingest/ingest-inventory.ts';
import { ingestReport } from './ingest/ingest-report.ts';
import { markConnected, markDisconnected } from './ingest/mark-connection.ts';
import type { AgentHandlers } from './link/on-agent-message.ts';
import { OnlineAgents } from './link/online-agents.ts';
import { Presence } from './link/presence.ts';
import { makePump, type Pump } from './link/pump.ts';
import { appendEvent, markSeen, raiseCursor } from './notify/event-store.ts';
import { notifyAgents } from './notify/notify-agents.ts';
import { expectedSeconds } from './plan/expected-seconds.ts';
import { makePlanner, type Planner } from './plan/planner.ts';
import { keysToTell } from './publish/pool-key.ts';
import { currentIndex, currentIndexes, loadPublished, publishedOfVersions } from './publish/published-store.ts';
import { enqueueBuild, loadLiveBuilds, moveBuild, needBuilds, setPriority } from './queue/build-store.ts';
import { loadBuildSeconds } from './queue/duration-store.ts';
import { loadCancelledVariants } from './queue/operator-store.ts';
import { countPlanned } from './queue/planned-count-store.ts';
import { loadDenials } from './queue/policy-read-store.ts';
import { loadNodes } from './status/status-store.ts';
import { type EbuildTree, openEbuildTree } from './tree/ebuild-tree.ts';
import { openEmergeLog } from './tree/emerge-log.ts';

/** The steps of `serve`, each with the one that follows it: the way of the data is said here and nowhere else. */
export interface Flow {
  operators: Operators;
  readTokens: NodeReadTokens;
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

export function wireSteps({ config, clock, log }: CoordinatorParts, db: Database): Flow {
  // access: which people are let in
  const operators = makeOperators({ db, limits: { ...config.access, ...config.limits }, clock });
  const readTokens = new NodeReadTokens();

  // link: who is connected, and what is pushed to them
  const agents = new OnlineAgents({
    loadWishes: (nodeId) => wishesOfNode(db, nodeId),
    loadIndexes: (nodeIds) => currentIndexes(db, nodeIds),
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
      await refreshDemand({ db, tree, config, clock, log, loadPublished, loadDenials }, nodeId);
    } catch (err) {
      unread.set(nodeId, errorSentence(err));
      log.error({ step: 'demand', nodeId, err }, 'demand not refreshed');
      return;
    }
    unread.delete(nodeId);
    settle.wake();
    planner.wake();
    agents.pushWishes([nodeId]);
  };

  // plan: wishes become builds; builder processes take them out of the queue
  const planner = wirePlanner({ config, clock, log }, db, { tree, agents });

  // publish: a publisher process has changed an index; the wishes follow it
  const newFailures = followFailures(db);
  const changedWishes = followWishes(db);
  const settle = makePump(
    async () => {
      for (const nodeId of await newFailures()) await refresh(nodeId);
      await applyPublished({ db, log, publishedOfVersions, currentIndex, appendEvent });
      planner.wake();
      notify.wake();
      agents.pushIndexes();
      agents.pushWishes(await changedWishes());
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
  return { operators, readTokens, agents, presence, refresh, tree, unread, planner, settle, notify };
}

function wirePlanner(
  { config, clock, log }: Pick<CoordinatorParts, 'config' | 'clock' | 'log'>,
  db: Database,
  { tree, agents }: Pick<Flow, 'tree' | 'agents'>,
): Planner {
  const emergeLog = openEmergeLog(config.portage.root);
  return makePlanner({
    db,
    tree,
    config,
    clock,
    log,
    loadDemand,
    loadWanted,
    storeOverBudget: async (_db, over) => agents.pushWishes(await storeOverBudget(db, over)),
    publishedOfVersions,
    loadExpectedSeconds: async () => expectedSeconds(await loadBuildSeconds(db), await emergeLog()),
    loadLiveBuilds,
    loadCancelledVariants,
    countPlanned,
    enqueueBuild,
    needBuilds,
    moveBuild,
    setPriority,
  });
}

/** What agents say, and what follows from it. Each resolves after the commit; what it returns runs after the acknowledgement. */
export function agentHandlers(flow: Flow, { config, clock, version }: CoordinatorParts, db: Database): AgentHandlers {
  return {
    greet: async (hello, { publicKey, address }) => {
      const refusal = judgeIdentity(await identityOf(db, publicKey), hello.nodeName);
      if (refusal) return { refusal };
      await markIdentitySeen(db, publicKey, address);
      const { node, lastReport, inventoryWanted } = await ingestHello(db, hello, clock.nowMs());
      await raiseCursor(db, node.id, hello.lastEvent);
      return {
        node: { id: node.id, name: node.name, identity: publicKey, address },
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
          signingKeys: (await keysToTell(join(config.paths.packages, node.pool))) ?? null,
          readToken: flow.readTokens.issue(node.id),
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
      return async () => flow.agents.pushWishes([node.id]);
    },
    eventSeen: async (node, { event }) => {
      await markSeen(db, node.id, event);
      return undefined;
    },
  };
}

/** Makes the wishes of all nodes anew, since what all demand is judged by has changed. */
export async function refreshAll(flow: Flow, db: Database): Promise<void> {
  const nodes = await loadNodes(db);
  // all are noted first: what stops one is tried again by the poll
  for (const { id } of nodes) flow.unread.set(id, flow.unread.get(id) ?? '');
  for (const { id } of nodes) await flow.refresh(id);
}
