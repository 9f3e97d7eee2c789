/** The link to the coordinator, wired: what the agent says in its hello, and what it does on every message. Made by agent.ts. */
import { type Hello, type PackagesPublished, PROTOCOL_VERSION, type Welcome } from '@binhost/shared/protocol';
import { signClaim } from '@binhost/shared/trust';
import type { KeyTaker } from './agent-keys.ts';
import { type AgentWorld, logOf } from './agent-parts.ts';
import type { LookLoop } from './collect/look-loop.ts';
import { missedOurIndex } from './collect/missed-index.ts';
import type { AgentConfig } from './config/agent-config.ts';
import { wishEvents } from './hooks/hook-event.ts';
import { coordinatorAddress } from './link/coordinator-address.ts';
import { CoordinatorLink } from './link/coordinator-link.ts';
import type { LinkState } from './link/link-state.ts';
import { readCoordinatorCa } from './link/read-coordinator-ca.ts';
import { readLinkIdentity } from './link/read-identity.ts';
import type { ReportSender } from './link/report-sender.ts';
import { situationOfError } from './situation-of-error.ts';

export interface LinkWiring {
  loop: LookLoop;
  sender: ReportSender;
  keys: Pick<KeyTaker, 'told'>;
}

export function openLink(world: AgentWorld, { loop, sender, keys }: LinkWiring): CoordinatorLink {
  const { config, clock, random, shown, memory } = world;
  const log = logOf(world, 'link');
  /** The inventory's digest in the newest hello. */
  let digestSaid: string | null = null;
  const link = new CoordinatorLink({
    url: config.coordinator.url === '' ? '' : coordinatorAddress(config.coordinator.url),
    trust: () => readCoordinatorCa({ configured: config.coordinator.ca, state: config.paths.state }),
    limits: linkLimits(config.link),
    hello: (nonce) => {
      digestSaid = memory.outbox.inventoryDigest;
      return withIdentity(helloOf(world, digestSaid), nonce, config.paths.state);
    },
    handlers: {
      welcome: (welcome) => {
        shown.welcome = welcome;
        if (!memory.published.belongTo(welcome.nodeId)) return link.reconnect();
        sender.onWelcome(welcome, digestSaid);
        if (welcome.signingKeys) keys.told(welcome.signingKeys);
        askAfterWelcome(welcome, world, loop);
      },
      collectNow: ({ reason }) => loop.ask(reason),
      packagesPublished: (notice) => {
        const isNew = storeNotice(notice, world);
        link.send({ type: 'event-seen', event: memory.published.lastEvent });
        if (!isNew) return;
        log.info({ event: notice.event, packages: notice.packages.length }, 'packages were published');
        loop.notice(notice.stillBuilding);
      },
      indexPublished: ({ index }) => {
        shown.index = index;
        noticeAfterIndex(world, loop);
      },
      signingKeys: (named) => keys.told(named),
      wishes: (snapshot) => {
        const events = wishEvents(shown.wishes?.wishes, snapshot.wishes, clock.nowMs());
        shown.wishes = snapshot;
        for (const event of events) world.fire(event);
      },
    },
    onRefused: ({ type }, problem) => {
      const detail = `A message of type ${type} came back: ${problem.message}`;
      shown.situations.link = [{ code: 'message-refused', detail }];
      log.warn({ type, text: problem.message }, 'message refused');
    },
    onProblem: ({ situation, message }) => {
      shown.situations.trust = situation ? [{ code: situation, detail: message }] : [];
    },
    onMove: (from, to, reason) => tellHooks({ from, to, reason }, world),
    clock,
    random,
    log,
  });
  return link;
}

function linkLimits({
  firstPause,
  longestPause,
  refusedPause,
  connectLimit,
  pingInterval,
  maxFrame,
}: AgentConfig['link']) {
  return {
    firstMs: firstPause,
    maxMs: longestPause,
    refusedMs: refusedPause,
    connectMs: connectLimit,
    pingIntervalMs: pingInterval,
    maxFrame,
  };
}

function helloOf({ config, version, clock, memory }: AgentWorld, inventoryDigest: string | null): Hello {
  return {
    type: 'hello',
    protocolVersion: PROTOCOL_VERSION,
    agentVersion: version,
    nodeName: config.node.name,
    epoch: memory.outbox.epoch,
    lastEvent: memory.published.lastEvent,
    lastAcknowledgedReport: memory.outbox.lastAcknowledged,
    inventoryDigest,
    sentAtMs: clock.nowMs(),
  };
}

/** A node that has joined signs its hello; one that has not says it as it is. */
function withIdentity(hello: Hello, nonce: string, state: string): Hello {
  const privateKey = readLinkIdentity(state);
  if (privateKey === undefined) return hello;
  const { nodeName, protocolVersion } = hello;
  return { ...hello, identity: signClaim({ nonce, nodeName, protocolVersion }, privateKey) };
}

function askAfterWelcome(welcome: Welcome, { shown, memory }: AgentWorld, loop: LookLoop): void {
  if (welcome.lastReport < memory.outbox.lastAcknowledged) loop.ask('the coordinator lost the last report');
  // The coordinator is on the way to its binhost: what was unreachable then may be there now.
  const isUnreachable = shown.lastLook?.problems.some(({ code }) => code === 'binhost-unreachable');
  if (isUnreachable) loop.ask('the coordinator is back');
}

/** The last look came before the binhost's first index, or while it was away; one that runs now judges for itself at its end. */
function noticeAfterIndex({ shown }: AgentWorld, loop: LookLoop): void {
  if (shown.looking !== null || shown.lastLook === null) return;
  if (missedOurIndex(shown.lastLook.problems, shown.welcome?.packagesUrl ?? null)) loop.notice(MAY_BE_MORE);
}

/** The coordinator does not say how many builds are on the way: gathered like other notices. */
const MAY_BE_MORE = 1;

/** Stored before it is confirmed, so that it cannot be lost between the two. */
function storeNotice(notice: PackagesPublished, { memory, shown }: AgentWorld): boolean {
  try {
    return memory.published.store(notice);
  } catch (error) {
    shown.situations.state = [situationOfError(error, 'state-unwritable')];
    throw error;
  }
}

function tellHooks(move: { from: LinkState; to: LinkState; reason: string }, { fire, shown }: AgentWorld): void {
  if (move.to === 'online') {
    shown.situations.link = [];
    shown.situations.trust = [];
    fire({ event: 'link-up', cpv: null, buildId: null, reason: '' });
  }
  if (move.from === 'online') fire({ event: 'link-down', cpv: null, buildId: null, reason: move.reason });
}
