import { join } from 'node:path';
import type { Clock } from '@binhost/shared/time';
import { revoked } from './access/judge-identity.ts';
import { revokedAmong } from './access/node-identity-store.ts';
import { controlListener } from './config/control-listener.ts';
import type { CoordinatorConfig } from './config/coordinator-config.ts';
import { apiParts, listen } from './coordinator-doors.ts';
import { type Flow, refreshAll, wireSteps } from './coordinator-flow.ts';
import { CHANNELS } from './db/channels.ts';
import { type OpenDatabase, openDatabase } from './db/open-database.ts';
import { listenOnSocket } from './http/listen.ts';
import { adminServer } from './http/servers.ts';
import { markAllDisconnected } from './ingest/mark-connection.ts';
import type { Logger } from './log.ts';
import { type NightlyParts, runNightly } from './nightly/nightly.ts';
import { parseSchedule } from './nightly/schedule.ts';
import { pruneEvents } from './notify/event-store.ts';
import { keysToTell } from './publish/pool-key.ts';
import { reclaimLeases } from './queue/reclaim-leases.ts';
import { runTogether } from './run-together.ts';
import { loadNodes } from './status/status-store.ts';
import { type ControlTls, openControlTls } from './tls/control-tls.ts';

/**
 * Composition root of `serve`. The order below is the way of the data: link → ingest → demand → plan → queue → build →
 * publish → notify → status. Steps never call each other: what follows what is said in coordinator-flow.ts, who may come in and where in coordinator-doors.ts.
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
  /** Whether root serves, which is warned of. */
  isRoot: boolean;
  /** Stops everything, in order. */
  signal: AbortSignal;
  /** `serve --all`: each runs a builder or publisher until its signal aborts. */
  children: ((signal: AbortSignal) => Promise<void>)[];
}

/** Runs until the signal aborts. @throws CONTROL_NOT_LOOPBACK, TLS_UNUSABLE, LISTEN_FAILED, DATABASE_UNAVAILABLE, DATABASE_NEWER */
export async function runCoordinator(parts: CoordinatorParts): Promise<void> {
  controlListener(parts.config.control);
  parseSchedule(parts.config.sync.schedule, 'sync.schedule');
  const open = await openDatabase({ ...parts, startCluster: true });
  try {
    const tls = await openControlTls({ ...parts, log: parts.log.child({ step: 'tls' }) });
    await serve({ ...parts, tls }, open);
  } finally {
    await open.close();
    parts.log.info('coordinator stopped');
  }
}

/** With what was opened before. */
export interface ServeParts extends CoordinatorParts {
  /** undefined: the control listener speaks without TLS. */
  tls: ControlTls | undefined;
}

async function serve(parts: ServeParts, open: OpenDatabase): Promise<void> {
  const { config, clock, log } = parts;
  const { db } = open;
  const flow = wireSteps(parts, db);
  const admin = adminServer(apiParts(flow, parts, db));
  // Before anything is written: the one that runs already holds this socket, and its nodes are online.
  const removeSocket = await listenOnSocket(admin, `${config.paths.run}/admin.sock`);
  if (parts.isRoot) log.warn({ hint: AS_ROOT }, 'serving the network as root');
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

/** No refusal: who tries it out, or has a container for it alone, is root there. */
const AS_ROOT =
  'Run serve as a user of its own, as packaging/openrc does (binhost): it faces the network and needs nothing of root; only the builder does.';

/** The nightly work: after a sync all demand is made anew, and all nodes look. */
function nightlyParts(flow: Flow, { config, clock, log }: CoordinatorParts, open: OpenDatabase): NightlyParts {
  return {
    open,
    config,
    clock,
    log,
    schedule: parseSchedule(config.sync.schedule, 'sync.schedule'),
    onSynced: async () => {
      await refreshAll(flow, open.db);
      flow.agents.askLook('the binhost has synced its repositories');
    },
    onRotated: async () => {
      const nodes = new Map((await loadNodes(open.db)).map(({ id, pool }) => [id, pool]));
      await flow.agents.tellKeys((nodeId) => keysToTell(join(config.paths.packages, nodes.get(nodeId) ?? 'default')));
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
  await open.listen(CHANNELS.revoked, () => void turnRevokedAway(flow, { parts, open }));
  while (!signal.aborted) {
    await turnRevokedAway(flow, { parts, open });
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

/** Ends the connections of nodes whose identity was revoked, by whichever process. */
async function turnRevokedAway(
  flow: Flow,
  { parts, open }: { parts: CoordinatorParts; open: OpenDatabase },
): Promise<void> {
  try {
    for (const identity of await revokedAmong(open.db, flow.agents.identities())) {
      flow.agents.turnAway(identity.publicKey, revoked(identity));
    }
  } catch (err) {
    parts.log.warn({ step: 'access', err }, 'revoked nodes could not be looked for');
  }
}
