import { type KeyTaker, keyTaker } from './agent-keys.ts';
import { openLink } from './agent-link.ts';
import { lookOnce, onLookFailure } from './agent-look.ts';
import { type AgentParts, type AgentWorld, logOf, openMemory } from './agent-parts.ts';
import { type LookLoop, lookLoop } from './collect/look-loop.ts';
import { type SystemWatch, watchSystem } from './collect/watch-system.ts';
import type { AgentConfig } from './config/agent-config.ts';
import { type Hooks, openHooks } from './hooks/run-hooks.ts';
import type { CoordinatorLink } from './link/coordinator-link.ts';
import { findBuildLog } from './link/read-build-log.ts';
import { readCoordinatorCa } from './link/read-coordinator-ca.ts';
import { type ReportSender, reportSender } from './link/report-sender.ts';
import { agentStatus, shownFacts } from './status/agent-status.ts';
import { openSockets } from './status/status-socket.ts';

/**
 * The agent: composition root, in the order of the data's way: collect → parse → report → link, and back: prove, hooks,
 * status. Nothing else makes the parts of an agent, and no step calls another. One look stands in agent-look.ts, what the
 * coordinator says in agent-link.ts, what happens to its signing keys in agent-keys.ts.
 */
export class Agent {
  private readonly world: AgentWorld;
  private readonly hooks: Hooks;
  private readonly loop: LookLoop;
  private readonly watch: SystemWatch;
  private readonly sender: ReportSender;
  private readonly keys: KeyTaker;
  private readonly link: CoordinatorLink;

  /** @throws STATE_UNUSABLE */
  constructor(parts: AgentParts) {
    const { config, clock, random, signal } = parts;
    const memory = openMemory(config.paths.state);
    this.hooks = openHooks({ ...hookLimits(config), clock, signal, log: logOf(parts, 'hooks') });
    this.world = {
      ...parts,
      memory,
      shown: shownFacts(clock.nowMs()),
      fire: (event) => this.hooks.fire({ ...event, atMs: clock.nowMs() }),
    };
    this.loop = lookLoop({
      look: (reason) => {
        const isOnline = (): boolean => this.link.view().state === 'online';
        const notice = (): void => this.loop.notice(1);
        return lookOnce(reason, this.world, { sender: this.sender, watch: this.watch, isOnline, notice });
      },
      onFailure: (error) => onLookFailure(error, this.world),
      limits: lookLimits(config),
      clock,
      random,
    });
    this.watch = watchSystem({
      root: config.portage.root,
      limits: { pollMs: config.look.watch, settleMs: config.look.settle },
      ask: (reason) => this.loop.ask(reason),
      clock,
    });
    this.sender = reportSender({
      send: (message, onAck) => this.link.send(message, onAck),
      pendingReport: () => memory.outbox.pending(),
      inventory: () => memory.outbox.inventory(),
      onReportAcknowledged: (number) => memory.outbox.acknowledge(number),
      log: logOf(parts, 'report'),
    });
    this.keys = keyTaker(this.world, () => this.loop.ask('the binhost has a new signing key'));
    this.link = openLink(this.world, { loop: this.loop, sender: this.sender, keys: this.keys });
  }

  /**
   * Runs until the signal; `onReady` is called once the sockets answer.
   *
   * @throws RUN_DIRECTORY_UNUSABLE, ALREADY_RUNNING
   */
  async run(onReady: () => void): Promise<void> {
    const { config, signal, shown } = this.world;
    const sockets = await openSockets({
      directory: config.paths.run,
      status: () => this.status(),
      lastReport: () => shown.lastReport,
      log: (request) =>
        findBuildLog(request, {
          url: config.coordinator.url,
          readToken: shown.welcome?.readToken ?? null,
          trust: () => readCoordinatorCa({ configured: config.coordinator.ca, state: config.paths.state }),
          limitMs: config.link.connectLimit,
          clock: this.world.clock,
          pool: shown.welcome?.pool ?? null,
          wishes: shown.wishes,
        }),
      look: (reason) => this.loop.ask(reason),
    });
    onReady();
    if (config.coordinator.url === '') logOf(this.world, 'link').warn('no coordinator.url is set, nobody is told');
    else this.link.start();
    await Promise.all([this.loop.run(signal), this.watch.run(signal), this.keys.run(signal)]);
    await this.link.stop();
    await this.hooks.stop();
    await sockets.close();
  }

  private status() {
    const { config, version, clock, shown, memory } = this.world;
    return agentStatus({
      node: config.node.name,
      version,
      coordinator: config.coordinator.url,
      nowMs: clock.nowMs(),
      shown,
      hookProblems: this.hooks.problems(),
      link: this.link.view(),
      nextLook: this.loop.next(),
      lastAcknowledgedReport: memory.outbox.lastAcknowledged,
    });
  }
}

function hookLimits({ hooks, look, node }: AgentConfig) {
  const agentUid = process.getuid?.() ?? 0;
  return { directory: hooks.directory, timeLimitMs: hooks.timeLimit, nice: look.nice, node: node.name, agentUid };
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
