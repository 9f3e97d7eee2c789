/**
 * One look from end to end: collect → parse → report → link, then prove. Called by the look loop that agent.ts makes; what a
 * step can't do is a situation in the status and in the report, what nobody foresaw is thrown to `onLookFailure`.
 */
import { type PretendResult, parsePretendOutput } from '@binhost/shared/emerge';
import { BinhostError } from '@binhost/shared/errors';
import type { IndexFacts, Report } from '@binhost/shared/protocol';
import { type AgentWorld, logOf } from './agent-parts.ts';
import { collect, type Look } from './collect/collect.ts';
import { explainLook } from './collect/explain-look.ts';
import { missedOurIndex } from './collect/missed-index.ts';
import type { SystemWatch } from './collect/watch-system.ts';
import type { ReportSender } from './link/report-sender.ts';
import { checkClient } from './prove/check-client.ts';
import { ourBinaries } from './prove/choose-proofs.ts';
import { prove } from './prove/prove.ts';
import { EMPTY_INVENTORY_DIGEST, makeReport, NOTHING_PRINTED, withSituations } from './report/make-report.ts';
import { situationOfError } from './situation-of-error.ts';
import type { Situation, SituationCode } from './situations.ts';
import { lookView } from './status/agent-status.ts';

export interface LookParts {
  sender: ReportSender;
  watch: SystemWatch;
  /** Whether the link is up. */
  isOnline: () => boolean;
  /** The binhost has said something that this look has not seen. */
  notice: () => void;
}

/** @returns whether something was missing that may be there in a while */
export async function lookOnce(reason: string, world: AgentWorld, parts: LookParts): Promise<{ retrySoon: boolean }> {
  const { config, clock, signal, shown, memory } = world;
  const log = logOf(world, 'collect');
  const lastEvent = memory.published.lastEvent;
  // What was known when the look began: what is published while it runs, it need not have seen.
  const atBegin = newestTold(world);
  const { welcome } = shown;
  shown.looking = { sinceMs: clock.nowMs(), reason };
  log.info({ reason }, 'collecting');
  await parts.watch.lookBegins();
  const look = await collect({ config, clock, log, signal, packagesUrl: shown.welcome?.packagesUrl ?? null });
  if (signal.aborted) return { retrySoon: false };
  await parts.watch.repositoriesAre(look.repositoryLocations);
  const report = keepReport(look, { world, lastEvent });
  shown.lastReport = report;
  shown.lastLook = lookView(report, reason);
  log.info({ outcome: report.outcome, entries: report.entries.length, tookMs: report.tookMs }, 'collected');
  parts.sender.reportReady();
  tellHooks(report, world);
  const failedFetches = await proveAll(report, look, { world, parts, atBegin });
  shown.looking = null;
  shown.situations.fault = [];
  const isToldSince = shown.welcome !== welcome || newestTold(world)?.timestamp !== atBegin?.timestamp;
  if (isToldSince && missedOurIndex(shown.lastLook.problems, shown.welcome?.packagesUrl ?? null)) parts.notice();
  return { retrySoon: failedFetches > 0 || mayPass(shown) };
}

/** What no step foresaw: shown, and the loop goes on. */
export function onLookFailure(error: unknown, world: AgentWorld): void {
  world.shown.looking = null;
  world.shown.situations.fault = [situationOfError(error, 'look-broke')];
  logOf(world, 'collect').error({ err: error }, 'look failed');
}

/** A report is sent even where it can't be kept: the coordinator then hears why. */
function keepReport(look: Look, { world, lastEvent }: { world: AgentWorld; lastEvent: number }): Report {
  const { shown, memory } = world;
  const result: PretendResult = look.outcome ? parsePretendOutput(look.outcome) : NOTHING_PRINTED;
  shown.situations.look = explainLook(look, result);
  const report = makeReport(look, result, {
    epoch: memory.outbox.epoch,
    number: memory.outbox.takeNumber(),
    lastEvent,
    inventoryDigest: look.inventory?.digest ?? memory.outbox.inventoryDigest ?? EMPTY_INVENTORY_DIGEST,
  });
  shown.situations.state = whatFails(() => memory.outbox.store(report, look.inventory));
  if (shown.situations.state.length === 0) return report;
  const told = withSituations(report, shown.situations.state);
  memory.outbox.hold(told);
  return told;
}

function whatFails(act: () => void): Situation[] {
  try {
    act();
    return [];
  } catch (error) {
    if (!(error instanceof BinhostError)) throw error;
    return [situationOfError(error, 'state-unwritable')];
  }
}

function tellHooks({ outcome }: Report, { shown, fire }: AgentWorld): void {
  const [situation] = shown.situations.look;
  if (outcome === 'complete') fire({ event: 'look-complete', cpv: null, buildId: null, reason: '' });
  else fire({ event: 'look-failed', cpv: null, buildId: null, reason: situation?.detail ?? '' });
}

/** @returns how many packages could not be fetched */
async function proveAll(
  report: Report,
  look: Look,
  { world, parts: { sender, isOnline }, atBegin }: { world: AgentWorld; parts: LookParts; atBegin: IndexFacts | null },
): Promise<number> {
  const { config, clock, signal, shown, memory } = world;
  const log = logOf(world, 'prove');
  const ours = ourBinaries(report.entries, (cpv, buildId) => memory.published.find(cpv, buildId));
  const packagesUrl = shown.welcome?.packagesUrl ?? null;
  const index = atBegin && { atBegin, now: isOnline() && shown.index !== null ? newestTold(world) : null };
  const known = { packagesUrl, index, repositories: look.binaryRepositories };
  shown.situations.prove = await checkClient(known, { config, isListWhole: report.outcome === 'complete' });
  // A list made without a binhost says nothing about what is published there.
  if (report.outcome !== 'complete' || ours.length === 0) return 0;
  const parts = {
    config,
    memory: memory.proven,
    packageDirectory: look.packageDirectory,
    packagesUrl,
    clock,
    log,
    signal,
  };
  const blocked = shown.situations.prove.find(({ code }) => code === 'index-mismatch');
  const results = await prove(ours, { ...parts, repositories: look.binaryRepositories, blocked });
  if (signal.aborted) return 0;
  shown.proofs = results;
  sender.proofsReady({ type: 'proofs', epoch: report.epoch, reportNumber: report.number, results });
  return results.filter(({ outcome }) => outcome === 'fetch-failed').length;
}

/** The newest index that the coordinator has told of, by whichever message. */
function newestTold({ shown, memory }: AgentWorld): IndexFacts | null {
  const told = [memory.published.index, shown.welcome?.index, shown.index].filter(
    (one) => one !== null && one !== undefined,
  );
  return told.toSorted((a, b) => b.timestamp - a.timestamp)[0] ?? null;
}

/** Whether something stands in the way that may be gone in a while, without anybody's hand. */
function mayPass({ situations }: AgentWorld['shown']): boolean {
  return [...situations.look, ...situations.prove].some(({ code }) => PASSING.includes(code));
}

const PASSING: SituationCode[] = [
  'binhost-unreachable',
  'portage-locked',
  'emerge-killed',
  'disk-full',
  'index-mismatch',
];
