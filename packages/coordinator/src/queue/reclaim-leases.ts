import type { Clock } from '@binhost/shared/time';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../log.ts';
import { loadLeases, takeBackLease } from './lease-store.ts';
import { type LeaseMemory, staleLeases } from './stale-leases.ts';

export { staleLeases } from './stale-leases.ts';

/** Looks per length of a lease: a lost build waits at most a quarter longer than it must. */
const LOOKS_PER_LEASE = 4;

export interface ReclaimOptions {
  db: Database;
  config: Pick<CoordinatorConfig, 'build'>;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

/**
 * Gives builds whose builder fell silent back to the queue. serve runs it; several coordinators may do so at once.
 * Returns when the signal aborts. A database that can't be reached costs a warning and all that was remembered: nobody
 * could renew in the meantime, so every lease gets its full length again.
 */
export async function reclaimLeases({ db, config, clock, log: root, signal }: ReclaimOptions): Promise<void> {
  const log = root.child({ step: 'queue' });
  const { lease: leaseMs, retryPause, maxAborts } = config.build;
  const policy = { retryPause, maxAborts };
  let memory: LeaseMemory = new Map();
  while (!signal.aborted) {
    try {
      const look = staleLeases(memory, await loadLeases(db), clock.monotonicMs(), leaseMs);
      memory = look.memory;
      for (const lease of look.stale) {
        const isBack = await takeBackLease(db, { ...lease, policy });
        if (isBack) log.warn({ buildId: lease.buildId, attemptId: lease.attemptId }, 'took back lease');
      }
    } catch (err) {
      memory = new Map();
      log.warn({ err }, 'leases could not be checked');
    }
    await clock.sleep(leaseMs / LOOKS_PER_LEASE, signal);
  }
}
