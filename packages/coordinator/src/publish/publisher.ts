import { mkdir } from 'node:fs/promises';
import { errorSentence } from '@binhost/shared/errors';
import { backoffDelayMs, type Clock } from '@binhost/shared/time';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { coordinatorError } from '../coordinator-errors.ts';
import { CHANNELS } from '../db/channels.ts';
import type { OpenDatabase } from '../db/open-database.ts';
import type { Logger } from '../log.ts';
import { moveBuild } from '../queue/build-store.ts';
import { clearFault, noteFault } from '../queue/fault-store.ts';
import { claimBuilt, type PublishJob } from '../queue/lease-store.ts';
import { publishImports } from './import-packages.ts';
import { readIndex } from './index-file.ts';
import { runKeyChores } from './key-chores.ts';
import { type OpenPoolKeys, openPoolKeys, type Rotations } from './open-pool-keys.ts';
import type { PoolPublisher } from './pool-publisher.ts';
import { placeProbe } from './probe-package.ts';
import { publishAttempt } from './publish-attempt.ts';
import { poolPaths } from './published-directory.ts';
import { readIndexHeader } from './read-index-header.ts';
import { reconcilePublished } from './reconcile-published.ts';
import { gpgOf, runStopAgent } from './run-gpg.ts';
import { sweepStaging } from './sweep-staging.ts';

/**
 * Step publish. In: builds in the state `built`, their files in `staging/ATTEMPT`. Out: signed packages in the published
 * directory, an index that names them, rows in published_packages, and whoever listens is told. The publisher process runs it;
 * one publisher per pool, by an advisory lock.
 *
 * May fail with SIGNING_FAILED, PORTAGE_FAILED, INDEX_BROKEN or what the disk says: the build then stays `built` with the
 * reason and is tried again; what is wrong with the hand-over itself sends the build back to the queue.
 */
export interface PublisherOptions {
  open: Pick<OpenDatabase, 'db' | 'listen' | 'tryLock'>;
  config: CoordinatorConfig;
  clock: Clock;
  log: Logger;
  /** Ends the loops; a package that is being published is finished first. */
  signal: AbortSignal;
}

type PoolOptions = PublisherOptions & { rotations: Rotations };

export async function runPublisher(options: PublisherOptions): Promise<void> {
  const { open, config, signal } = options;
  const log = options.log.child({ step: 'publish' });
  const wakes = new Map(['default', ...Object.keys(config.pools)].map((pool) => [pool, new Wake()]));
  const ring = (pool: string): void => {
    for (const [name, wake] of wakes) if (pool === '' || pool === name) wake.ring();
  };
  await open.listen(CHANNELS.built, ring);
  signal.addEventListener('abort', () => ring(''), { once: true });
  try {
    const rotations: Rotations = { count: 0 };
    await Promise.all([
      ...[...wakes].map(([pool, wake]) => servePool({ ...options, log: log.child({ pool }), rotations }, pool, wake)),
      runKeyChores({
        ...options,
        log,
        onRotated: async () => {
          for (const pool of wakes.keys())
            await openPoolKeys({ ...options, log, rotations }, pool, poolPaths(config, pool).published);
          rotations.count += 1;
          ring('');
        },
      }),
    ]);
  } finally {
    await runStopAgent(gpgOf(config));
  }
}

/** The name of the lock that a pool's publisher holds while it works. */
export function publisherLock(pool: string): string {
  return `publish:${pool}`;
}

/** A bell that is not lost when it rings before somebody waits for it. */
class Wake {
  #bell = new AbortController();

  ring(): void {
    this.#bell.abort();
  }

  async wait(clock: Clock, maxMs: number): Promise<void> {
    await clock.sleep(maxMs, this.#bell.signal);
    this.#bell = new AbortController();
  }
}

/** Takes the pool's lock and keeps it while all goes well; after a fault it lets go and begins anew. */
async function servePool(options: PoolOptions, pool: string, wake: Wake): Promise<void> {
  const { open, config, clock, log, signal } = options;
  for (let faults = 0; !signal.aborted; ) {
    const lock = await open.tryLock(publisherLock(pool)).catch(logFault(log));
    if (!lock) {
      log.debug('pool is not free');
      await clock.sleep(config.publish.poll, signal);
      continue;
    }
    try {
      const { publisher, keys } = await openPool(options, pool, lock);
      faults = 0;
      await clearFault(open.db, { process: 'publisher', name: pool });
      await makeProbe(publisher);
      // A rotation, or the hour of a key that was made ahead: the pool is opened anew with the key that signs now.
      while (!signal.aborted && !keys.isOutdated()) await publishNext(publisher, { ...options, wake });
    } catch (err) {
      logFault(log)(err);
      await keepFault({ db: open.db, pool, log }, err);
      await clock.sleep(backoffDelayMs(faults, 1, { firstMs: 1000, maxMs: config.publish.poll }), signal);
      faults += 1;
    } finally {
      await lock.release().catch(logFault(log));
    }
  }
}

function logFault(log: Logger): (err: unknown) => undefined {
  return (err) => {
    log.error({ err }, 'publishing stopped');
  };
}

/** For the status: the log of the publisher may be read by few. */
async function keepFault({ db, pool, log }: Pick<PoolPublisher, 'db' | 'pool' | 'log'>, err: unknown): Promise<void> {
  await noteFault(db, { process: 'publisher', name: pool, text: errorSentence(err) }).catch(logFault(log));
}

async function publishNext(
  publisher: PoolPublisher,
  { config, clock, signal, wake }: PublisherOptions & { wake: Wake },
): Promise<void> {
  await publisher.assertLocked();
  if (await publishImports(publisher)) return;
  const job = await claimBuilt(publisher.db, publisher.pool);
  if (!job) return idle(publisher, { config, clock, wake });
  try {
    // What is missing must not stand in the new index.
    await checkPool(publisher);
    await publishAttempt(publisher, job);
    await clearFault(publisher.db, { process: 'publisher', name: publisher.pool });
  } catch (error) {
    // without the lock the job is somebody else's by now
    await publisher.assertLocked();
    await putBack(publisher, job, error);
    await clock.sleep(config.publish.poll, signal);
    await publisher.assertLocked();
    await checkPool(publisher);
  }
}

/** Waits for the next build, and looks at the published directory when its time has come. */
async function idle(
  publisher: PoolPublisher,
  { config, clock, wake }: Pick<PublisherOptions, 'config' | 'clock'> & { wake: Wake },
): Promise<void> {
  const { poll, checkInterval } = config.publish;
  if (!publisher.hasProbe && (await makeProbe(publisher)))
    await clearFault(publisher.db, { process: 'publisher', name: publisher.pool });
  const dueMs = publisher.checkedMs + checkInterval - clock.monotonicMs();
  if (dueMs > 0) return wake.wait(clock, Math.min(poll, dueMs));
  await checkPool(publisher);
  await sweepStaging(publisher);
}

/** Without the probe no node can prove its join, but packages can be published: shown, and tried again while there is time. */
async function makeProbe(publisher: PoolPublisher): Promise<boolean> {
  try {
    await placeProbe(publisher);
    publisher.hasProbe = true;
  } catch (err) {
    await keepFault(publisher, err);
    publisher.log.warn({ err }, 'probe package not made');
  }
  return publisher.hasProbe;
}

async function checkPool(publisher: PoolPublisher): Promise<void> {
  const found = await reconcilePublished(publisher);
  publisher.checkedMs = publisher.clock.monotonicMs();
  if (found.changed) publisher.log.warn(found, 'published directory was put right');
}

/** A fault of ours, not of the hand-over: the finished build keeps its place and its files. */
async function putBack(publisher: PoolPublisher, job: PublishJob, err: unknown): Promise<void> {
  const { db, log } = publisher;
  await keepFault(publisher, err);
  log.error({ err, buildId: job.buildId, attemptId: job.attemptId }, 'could not publish build');
  const reason = `tried again soon, since publishing failed: ${(err as Error).message}`;
  await moveBuild(db, { buildId: job.buildId, event: 'publish-return', reason });
}

type Lock = NonNullable<Awaited<ReturnType<OpenDatabase['tryLock']>>>;

/** Keys, header, and everything that a predecessor left. */
async function openPool(
  options: PoolOptions,
  pool: string,
  lock: Lock,
): Promise<{ publisher: PoolPublisher; keys: OpenPoolKeys }> {
  const { config, clock, log, open } = options;
  const paths = poolPaths(config, pool);
  await mkdir(paths.published, { recursive: true, mode: 0o755 });
  const gpg = gpgOf(config);
  const keys = await openPoolKeys(options, pool, paths.published);
  const publisher: PoolPublisher = {
    pool,
    paths,
    gpg,
    fingerprint: keys.current,
    checkedMs: clock.monotonicMs(),
    hasProbe: false,
    config,
    clock,
    log,
    db: open.db,
    header: rememberHeader(options, pool, paths.published),
    assertLocked: async () => {
      if (await lock.isHeld()) return;
      throw coordinatorError('PUBLISHER_BUSY', `expected to hold the lock of pool ${pool}, got a lost connection`, {
        hint: 'It is taken again by itself.',
        retryable: true,
      });
    },
  };
  log.info(await reconcilePublished(publisher), 'pool is ready');
  await sweepStaging(publisher);
  return { publisher, keys };
}

const HEADER_AGE_MS = 3_600_000;

/** Asks Portage at most once an hour; where it can't answer, the header that stands in the index goes on. */
function rememberHeader({ config, clock, log }: PublisherOptions, pool: string, directory: string) {
  let known: { header: Record<string, string>; atMs: number } | undefined;
  return async (): Promise<Record<string, string>> => {
    if (known && clock.monotonicMs() - known.atMs < HEADER_AGE_MS) return known.header;
    try {
      const header = await readIndexHeader(config.portage, config.pools[pool]?.root ?? '/');
      known = { header, atMs: clock.monotonicMs() };
      return header;
    } catch (err) {
      const index = await readIndex(directory);
      if (!index) throw err;
      log.warn({ err }, 'kept the header of the index');
      return index.header;
    }
  };
}
