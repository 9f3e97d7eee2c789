import { logFile } from './build/build-log.ts';
import { controlListener } from './config/control-listener.ts';
import type { CoordinatorConfig } from './config/coordinator-config.ts';
import { addressText, parseListenAddress } from './config/listen-address.ts';
import type { ServeParts } from './coordinator.ts';
import { agentHandlers, type Flow, refreshAll } from './coordinator-flow.ts';
import { joinDoors, joinParts } from './coordinator-join.ts';
import type { Database } from './db/database.ts';
import { requestBuild } from './demand/request-build.ts';
import { type ApiReads, makeApiReads } from './http/api-reads.ts';
import { makeChoreActions } from './http/chore-actions.ts';
import { makeIdentityActions } from './http/identity-actions.ts';
import { listenOnAddress, listenOnSocket, renewContext } from './http/listen.ts';
import { makeOperatorActions, type OperatorActions } from './http/operator-actions.ts';
import { controlServer, type DoorParts, packagesServer, viewServer } from './http/servers.ts';
import { makeTokenActions } from './http/token-actions.ts';
import { makeNodeBudgets } from './limits/node-budgets.ts';
import { makeRateLimit } from './limits/rate-limit.ts';
import { type AgentGateway, makeAgentGateway } from './link/agent-gateway.ts';
import { publishedByVariant } from './publish/published-store.ts';
import { publisherLock } from './publish/publisher.ts';
import { enqueueBuild } from './queue/build-store.ts';
import { isDatabaseAlive, loadHeldLocks } from './status/status-store.ts';

export interface ListenParts {
  parts: ServeParts;
  db: Database;
  signal: AbortSignal;
}

/** Opens both listeners and view.sock, and closes them when the signal aborts. */
export async function listen(flow: Flow, { parts, db, signal }: ListenParts): Promise<void> {
  const { config, log, tls } = parts;
  const api = apiParts(flow, parts, db);
  const gateway = openGateway(flow, parts, db);
  const limits = serverLimits(config);
  const servers = {
    packages: packagesServer(config.paths.packages, { ...api, limits }),
    control: controlServer({ ...api, limits, join: joinDoors(parts, db), tls: tls?.options }),
    view: viewServer(api),
  };
  servers.control.server.on('upgrade', gateway.onUpgrade);
  let removeSocket: (() => Promise<void>) | undefined;
  try {
    removeSocket = await listenOnSocket(servers.view, `${config.paths.run}/view.sock`, { group: 'binhost' });
    const packagesAddress = parseListenAddress(config.packages.listen, 'packages.listen');
    const packages = addressText(await listenOnAddress(servers.packages, packagesAddress));
    const control = addressText(await listenOnAddress(servers.control, controlListener(config.control)));
    log.info({ packages, control, run: config.paths.run, pin: tls?.trust.pin ?? 'none' }, 'coordinator ready');
    await (tls ? tls.keep((options) => renewContext(servers.control, options), signal) : aborted(signal));
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
export function apiParts(flow: Flow, parts: ServeParts, db: Database): DoorParts {
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
    readTokens: flow.readTokens,
    tokens: makeTokenActions(joinParts(parts, db)),
    identities: makeIdentityActions({
      db,
      online: () => flow.agents.identities(),
      addressesOf: (name) => flow.agents.addressesOf(name),
    }),
    config,
    clock,
    log: parts.log.child({ step: 'http' }),
  };
}

/** The link: where agents come in. */
function openGateway(flow: Flow, parts: ServeParts, db: Database): AgentGateway {
  const { pingInterval, helloTimeout, maxFrame, maxBuffered } = parts.config.control;
  const { connectsPerMinute, connectsPerMinuteOfAll, greetingAgents, ...limits } = parts.config.limits;
  return makeAgentGateway({
    maxGreeting: greetingAgents,
    connects: makeRateLimit({
      perMinute: connectsPerMinute,
      perMinuteOfAll: connectsPerMinuteOfAll,
      clock: parts.clock,
    }),
    handlers: agentHandlers(flow, parts, db),
    onOnline: (node, session, lastEvent) => {
      if (!flow.agents.add(node, session, lastEvent)) return;
      flow.presence.note(node.id);
      flow.notify.wake();
    },
    onOffline: (node, session) => {
      if (!flow.agents.remove(node, session)) return;
      flow.readTokens.drop(node.id);
      flow.presence.note(node.id);
    },
    limits: { ...limits, pingIntervalMs: pingInterval, helloTimeoutMs: helloTimeout, maxFrame, maxBuffered },
    budgets: makeNodeBudgets(limits, parts.clock),
    clock: parts.clock,
    log: parts.log.child({ step: 'link' }),
  });
}

/** What people ask for by the commands. */
function operatorActions(flow: Flow, { config }: ServeParts, db: Database): OperatorActions {
  return makeOperatorActions({
    db,
    requestBuild: (request) => requestBuild({ db, tree: flow.tree, config, publishedByVariant, enqueueBuild }, request),
    onChange: () => {
      flow.planner.wake();
      flow.settle.wake();
    },
    onPolicyChange: () => refreshAll(flow, db),
  });
}

/** The status: what all steps have written, for the API and the commands. */
function apiReads(flow: Flow, { config, clock, version }: ServeParts, db: Database): ApiReads {
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

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
