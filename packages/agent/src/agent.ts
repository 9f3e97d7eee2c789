import { parsePretendOutput } from '@binhost/shared/emerge';
import { type PackagesPublished, PROTOCOL_VERSION, type Report, type Welcome } from '@binhost/shared/protocol';
import type { Clock } from '@binhost/shared/time';
import { collect, type Look } from './collect/collect.ts';
import { type LookLoop, lookLoop } from './collect/look-loop.ts';
import type { AgentConfig } from './config/agent-config.ts';
import { coordinatorAddress } from './link/coordinator-address.ts';
import { CoordinatorLink } from './link/coordinator-link.ts';
import { type ReportSender, reportSender } from './link/report-sender.ts';
import type { Logger } from './log.ts';
import { ourBinaries } from './prove/choose-proofs.ts';
import { prove } from './prove/prove.ts';
import { openProvenMemory, type ProvenMemory } from './prove/proven-memory.ts';
import { openPublishedMemory, type PublishedMemory } from './prove/published-memory.ts';
import { EMPTY_INVENTORY_DIGEST, makeReport, NOTHING_PRINTED } from './report/make-report.ts';
import { openReportOutbox, type ReportOutbox } from './report/report-outbox.ts';
import { type AgentStatus, agentStatus, lookView, type ShownFacts, shownFacts } from './status/agent-status.ts';
import { openSockets } from './status/status-socket.ts';

/** What an agent needs from its process. */
export interface AgentParts {
  config: AgentConfig;
  version: string;
  clock: Clock;
  /** A number in [0, 1). */
  random: () => number;
  log: Logger;
  /** Ends the agent. */
  signal: AbortSignal;
}

/**
 * The agent: composition root, in the order of the data's way: collect → parse → report → link, and back: prove, status.
 * Nothing else makes the parts of an agent, and no step calls another.
 */
export class Agent {
  private readonly parts: AgentParts;
  private readonly shown: ShownFacts;
  private readonly outbox: ReportOutbox;
  private readonly published: PublishedMemory;
  private readonly proven: ProvenMemory;
  private readonly loop: LookLoop;
  private readonly sender: ReportSender;
  private readonly link: CoordinatorLink;
  /** The inventory's digest in the newest hello. */
  private digestSaid: string | null = null;

  /** @throws STATE_UNUSABLE */
  constructor(parts: AgentParts) {
    const { config, clock, random } = parts;
    this.parts = parts;
    this.shown = shownFacts(clock.nowMs());
    this.outbox = openReportOutbox(config.paths.state);
    this.published = openPublishedMemory(config.paths.state);
    this.proven = openProvenMemory(config.paths.state);
    this.loop = lookLoop({
      look: (reason) => this.look(reason),
      onFailure: (error) => this.onLookFailure(error),
      limits: lookLimits(config),
      clock,
      random,
    });
    this.sender = reportSender({
      send: (message, onAck) => this.link.send(message, onAck),
      pendingReport: () => this.outbox.pending(),
      inventory: () => this.outbox.inventory(),
      onReportAcknowledged: (number) => this.outbox.acknowledge(number),
      log: this.logOf('report'),
    });
    this.link = this.makeLink();
  }

  /**
   * Runs until the signal; `onReady` is called once the sockets answer.
   *
   * @throws RUN_DIRECTORY_UNUSABLE, ALREADY_RUNNING
   */
  async run(onReady: () => void): Promise<void> {
    const { config, signal } = this.parts;
    const sockets = await openSockets({
      directory: config.paths.run,
      status: () => this.status(),
      look: () => this.loop.ask('asked on this node'),
    });
    onReady();
    if (config.coordinator.url === '') this.logOf('link').warn('no coordinator.url is set, nobody is told');
    else this.link.start();
    await this.loop.run(signal);
    await this.link.stop();
    await sockets.close();
  }

  private async look(reason: string): Promise<{ retrySoon: boolean }> {
    const { config, clock, signal } = this.parts;
    const log = this.logOf('collect');
    const lastEvent = this.published.lastEvent;
    this.shown.looking = { sinceMs: clock.nowMs(), reason };
    log.info({ reason }, 'collecting');
    const look = await collect({ config, clock, log, signal, packagesUrl: this.shown.welcome?.packagesUrl ?? null });
    if (signal.aborted) return { retrySoon: false };
    const report = this.report(look, lastEvent);
    this.shown.lastLook = lookView(report, reason);
    log.info({ outcome: report.outcome, entries: report.entries.length, tookMs: report.tookMs }, 'collected');
    this.sender.reportReady();
    const failedFetches = await this.prove(report, look);
    this.shown.looking = null;
    this.shown.trouble = null;
    return { retrySoon: failedFetches > 0 || wasUnreachable(report) };
  }

  private report(look: Look, lastEvent: number): Report {
    const result = look.outcome ? parsePretendOutput(look.outcome) : NOTHING_PRINTED;
    const report = makeReport(look, result, {
      epoch: this.outbox.epoch,
      number: this.outbox.takeNumber(),
      lastEvent,
      inventoryDigest: look.inventory?.digest ?? this.outbox.inventoryDigest ?? EMPTY_INVENTORY_DIGEST,
    });
    this.outbox.store(report, look.inventory);
    return report;
  }

  /** @returns how many packages could not be fetched */
  private async prove(report: Report, look: Look): Promise<number> {
    const { config, clock, signal } = this.parts;
    const ours = ourBinaries(report.entries, (cpv, buildId) => this.published.find(cpv, buildId));
    // A list made without a binhost says nothing about what is published there.
    if (report.outcome !== 'complete' || ours.length === 0) return 0;
    const packagesUrl = this.shown.welcome?.packagesUrl ?? null;
    const log = this.logOf('prove');
    const results = await prove(ours, {
      config,
      memory: this.proven,
      packageDirectory: look.packageDirectory,
      repositories: look.binaryRepositories,
      packagesUrl,
      clock,
      log,
      signal,
    });
    if (signal.aborted) return 0;
    this.shown.proofs = results;
    this.sender.proofsReady({ type: 'proofs', epoch: report.epoch, reportNumber: report.number, results });
    return results.filter(({ outcome }) => outcome === 'fetch-failed').length;
  }

  private onLookFailure(error: unknown): void {
    this.shown.looking = null;
    this.shown.trouble = `A look could not be finished: ${error instanceof Error ? error.message : String(error)}`;
    this.logOf('collect').error({ err: error }, 'look failed');
  }

  private makeLink(): CoordinatorLink {
    const { config, clock, random } = this.parts;
    const { firstPause, longestPause, connectLimit, pingInterval, maxFrame } = config.link;
    return new CoordinatorLink({
      url: config.coordinator.url === '' ? '' : coordinatorAddress(config.coordinator.url),
      secret: config.coordinator.secret,
      limits: {
        firstMs: firstPause,
        maxMs: longestPause,
        connectMs: connectLimit,
        pingIntervalMs: pingInterval,
        maxFrame,
      },
      hello: () => this.hello(),
      handlers: {
        welcome: (welcome) => this.onWelcome(welcome),
        collectNow: ({ reason }) => this.loop.ask(reason),
        packagesPublished: (notice) => this.onPublished(notice),
        wishes: (snapshot) => {
          this.shown.wishes = snapshot;
        },
      },
      onRefused: ({ type }, problem) => {
        this.shown.trouble = `The coordinator could not use a message of type ${type}: ${problem.message}`;
        this.logOf('link').warn({ type, text: problem.message }, 'message refused');
      },
      clock,
      random,
      log: this.logOf('link'),
    });
  }

  private hello() {
    this.digestSaid = this.outbox.inventoryDigest;
    return {
      type: 'hello' as const,
      protocolVersion: PROTOCOL_VERSION,
      agentVersion: this.parts.version,
      nodeName: this.parts.config.node.name,
      epoch: this.outbox.epoch,
      lastEvent: this.published.lastEvent,
      lastAcknowledgedReport: this.outbox.lastAcknowledged,
      inventoryDigest: this.digestSaid,
      sentAtMs: this.parts.clock.nowMs(),
    };
  }

  private onWelcome(welcome: Welcome): void {
    this.shown.welcome = welcome;
    if (!this.published.belongTo(welcome.nodeId)) return this.link.reconnect();
    if (welcome.lastReport < this.outbox.lastAcknowledged) this.loop.ask('the coordinator lost the last report');
    this.sender.onWelcome(welcome, this.digestSaid);
    // The coordinator is on the way to its binhost: what was unreachable then may be there now.
    if (this.shown.lastLook?.problems.some(isUnreachable)) this.loop.ask('the coordinator is back');
  }

  /** Stored before it is confirmed, so that it cannot be lost between the two. */
  private onPublished(notice: PackagesPublished): void {
    const isNew = this.published.store(notice);
    this.link.send({ type: 'event-seen', event: this.published.lastEvent });
    if (!isNew) return;
    this.logOf('link').info({ event: notice.event, packages: notice.packages.length }, 'packages were published');
    this.loop.notice(notice.stillBuilding);
  }

  private status(): AgentStatus {
    const { config, version, clock } = this.parts;
    return agentStatus({
      node: config.node.name,
      version,
      coordinator: config.coordinator.url,
      nowMs: clock.nowMs(),
      shown: this.shown,
      link: this.link.view(),
      nextLook: this.loop.next(),
      lastAcknowledgedReport: this.outbox.lastAcknowledged,
    });
  }

  private logOf(step: string): Logger {
    return this.parts.log.child({ step });
  }
}

function lookLimits({ look, notices }: AgentConfig) {
  return {
    intervalMs: look.interval,
    jitterMs: look.jitter,
    retryMs: look.retryPause,
    gatherMs: notices.gather,
    longestMs: notices.longest,
  };
}

function isUnreachable({ code }: { code: string }): boolean {
  return code === 'binhost-unreachable';
}

function wasUnreachable({ problems }: Report): boolean {
  return problems.some(isUnreachable);
}
