import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { BinhostError } from '@binhost/shared/errors';
import type { Clock } from '@binhost/shared/time';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { portageEnvironment } from '../config/portage-environment.ts';
import { VERSION } from '../config/version.ts';
import { CHANNELS } from '../db/channels.ts';
import type { OpenDatabase } from '../db/open-database.ts';
import type { Logger } from '../log.ts';
import type { BuildJob } from '../queue/build-job.ts';
import { nextNotBefore } from '../queue/claim-store.ts';
import {
  abortAttempt,
  claimBuild,
  failAttempt,
  handOver,
  registerBuilder,
  retireBuilder,
  startAttempt,
  touchBuilder,
} from '../queue/lease-store.ts';
import { runAttempt } from './attempt.ts';
import { removeHandOver } from './attempt-directory.ts';
import type { BuildResult } from './build-result.ts';
import { checkWorkDirectory } from './check-work-directory.ts';
import { keepLease, type LeaseKeeper } from './lease-keeper.ts';
import { checkOverlayMode } from './overlay-attempt.ts';
import { sweepWorkDirectories } from './sweep-work-directories.ts';
import { makeWakeUp, type WakeUp } from './wake-up.ts';

/**
 * Step build. In: a claimed build. Out: the finished package in staging/ATTEMPT and the build in state `built`, or the reason
 * why not. Called by the builder process. It listens nowhere, writes to the database only under a lease, and never opens
 * what a build made.
 *
 * May fail at the start with BUILD_MODE_UNAVAILABLE and BUILD_ROOT_FAILED; afterwards nothing ends it but the signal.
 */
export interface BuilderOptions {
  open: Pick<OpenDatabase, 'db' | 'listen'>;
  config: CoordinatorConfig;
  clock: Clock;
  log: Logger;
  /** No new builds are claimed, and running ones are ended and handed back. */
  signal: AbortSignal;
  /** How to call our own program; from the running process where left out. */
  program?: readonly string[];
  /** Paths of this machine that no build may see, beside those that the configuration names. */
  hidden?: readonly string[];
}

/** Resolves when the signal has aborted and every build has been handed back. */
export async function runBuilder(options: BuilderOptions): Promise<void> {
  const { open, config, clock, signal } = options;
  const log = options.log.child({ step: 'build' });
  await checkWorkDirectory(config);
  if (config.build.mode === 'overlay') await checkOverlayMode(config);
  await sweepWorkDirectories({ config, clock, log });
  const builder: Builder = {
    ...options,
    log,
    builderId: randomUUID(),
    program: options.program ?? [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
    env: portageEnvironment(),
    running: new Map(),
    wakeUp: makeWakeUp(clock),
  };
  const { mode, pools } = config.build;
  const { builderId } = builder;
  await registerBuilder(open.db, { builderId, name: hostname(), mode, pools: [...pools], version: VERSION });
  await open.listen(CHANNELS.queued, () => builder.wakeUp.wake());
  await open.listen(CHANNELS.cancel, (buildId) => checkLeases(builder.running, buildId));
  log.info({ builderId, mode, pools, jobs: config.build.jobs }, 'builder started');
  await Promise.all(Array.from({ length: config.build.jobs }, () => work(builder)));
  if (signal.aborted)
    await retireBuilder(open.db, builderId).catch((err: unknown) => log.warn({ err }, 'builder could not sign off'));
  log.info({ builderId }, 'builder stopped');
}

interface Builder extends BuilderOptions {
  builderId: string;
  program: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Leases of the running builds, by build. */
  running: Map<number, LeaseKeeper>;
  wakeUp: WakeUp;
}

/** Longest pause between two looks at the queue. */
const POLL_MS = 30_000;
/** Shortest one: what may run now was taken by another builder, or is about to be. */
const MIN_PAUSE_MS = 100;
/** Pause after the database did not answer. */
const DATABASE_PAUSE_MS = 5000;

/** One of build.jobs loops: claims and builds, one after the other. */
async function work(builder: Builder): Promise<void> {
  const { open, config, log, signal, builderId, wakeUp } = builder;
  const pools = config.build.pools.length > 0 ? config.build.pools : 'all';
  while (!signal.aborted) {
    let pauseMs = POLL_MS;
    const wakes = wakeUp.count();
    try {
      await touchBuilder(open.db, builderId);
      const job = await claimBuild(open.db, { builderId, pools });
      if (job) {
        await build(builder, job);
        continue;
      }
      // Nobody wakes a builder when the pause of a build that is to be tried again has passed.
      const nextMs = await nextNotBefore(open.db, pools);
      if (nextMs !== undefined) pauseMs = Math.min(POLL_MS, Math.max(MIN_PAUSE_MS, nextMs));
    } catch (err) {
      log.warn({ err }, 'queue could not be read');
      pauseMs = DATABASE_PAUSE_MS;
    }
    await wakeUp.wait(wakes, pauseMs, signal);
  }
}

async function build(builder: Builder, job: BuildJob): Promise<void> {
  const { open, config, clock, signal, running } = builder;
  const { buildId, attemptId, cpv } = job;
  const log = builder.log.child({ buildId, attemptId, cpv });
  const keeper = keepLease({ db: open.db, lease: job, leaseMs: config.build.lease, clock, log });
  running.set(buildId, keeper);
  let result: BuildResult | undefined;
  try {
    await startAttempt(open.db, job);
    log.info({ repository: job.repository, use: job.useEnabled }, 'building package');
    await clock.sleep(job.pauseMs, signal);
    const startedMs = clock.monotonicMs();
    const ended = await runAttempt({
      ...builder,
      hidden: builder.hidden ?? [],
      job,
      log,
      signal: AbortSignal.any([signal, keeper.lost]),
    });
    result = ended;
    await untilLeaseEnds(builder, keeper, () => report(builder, job, ended));
    logEnd(log, ended, clock.monotonicMs() - startedMs);
  } catch (error) {
    // The build is somebody else's now, or nobody's: no publisher will ask for what this attempt made.
    log.warn({ err: error }, 'build given up');
    // Only a refused write proves it: where the answer to a commit was lost, the files may be the publisher's already.
    const isRefused = error instanceof BinhostError && error.code === 'LEASE_LOST';
    if (result?.outcome === 'built' && isRefused) await removeHandOver(config, attemptId);
  } finally {
    running.delete(buildId);
    await keeper.stop();
  }
}

async function report({ open, config, signal }: Builder, job: BuildJob, result: BuildResult): Promise<void> {
  const { record } = result;
  if (result.outcome === 'built') return handOver(open.db, job, { record });
  if (result.outcome === 'failed') {
    const { kind, text, phase, needsPerson } = result.failure;
    const policy = needsPerson ? {} : { policy: config.build };
    return failAttempt(open.db, job, { kind, text, phase, record, ...policy });
  }
  const { retryPause, maxAborts } = config.build;
  // A builder that is asked to stop is nobody's fault: the build goes back at once.
  const policy = signal.aborted ? { retryPause: 0, maxAborts: Number.MAX_SAFE_INTEGER } : { retryPause, maxAborts };
  const text = signal.aborted ? 'the builder was stopped' : result.text;
  return abortAttempt(open.db, job, { text, record, policy });
}

/** A finished build is worth waiting for a database that is away, as long as nobody else may have the build. */
async function untilLeaseEnds({ clock }: Builder, keeper: LeaseKeeper, write: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (keeper.lost.aborted || (error instanceof BinhostError && !error.retryable)) throw error;
      await clock.sleep(1000, keeper.lost);
    }
  }
}

function logEnd(log: Logger, result: BuildResult, tookMs: number): void {
  if (result.outcome === 'built') log.info({ tookMs: Math.round(tookMs) }, 'built package');
  else if (result.outcome === 'failed') log.info(result.failure, 'build failed');
  else log.warn({ reason: result.text }, 'build aborted');
}

/** @param buildId of the cancelled build; empty after a reconnect, when any may have been cancelled */
function checkLeases(running: ReadonlyMap<number, LeaseKeeper>, buildId: string): void {
  for (const [id, keeper] of running) if (buildId === '' || String(id) === buildId) keeper.check();
}
