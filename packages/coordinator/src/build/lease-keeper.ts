import type { Clock } from '@binhost/shared/time';
import type { Database } from '../db/database.ts';
import type { Logger } from '../log.ts';
import { type Lease, renewLease } from '../queue/lease-store.ts';

export interface LeaseKeeperOptions {
  db: Database;
  lease: Lease;
  /** build.lease */
  leaseMs: number;
  clock: Clock;
  log: Logger;
}

/** Holds one lease for as long as its build runs. */
export interface LeaseKeeper {
  /** Aborts when the lease is lost, or the database was away for longer than the lease: the build must end then. */
  lost: AbortSignal;
  /** Renews at once: someone said that the build was cancelled. */
  check(): void;
  stop(): Promise<void>;
}

/**
 * Renews a lease at a third of its length. A database that does not answer costs nothing before the lease would have ended
 * by our own monotonic clock; only then may somebody else have the build.
 */
export function keepLease({ db, lease, leaseMs, clock, log }: LeaseKeeperOptions): LeaseKeeper {
  const lost = new AbortController();
  const stopped = new AbortController();
  let hurry = new AbortController();
  let renewedMs = clock.monotonicMs();
  const lose = (reason: string): void => {
    if (stopped.signal.aborted) return;
    log.warn({ reason }, 'lost lease');
    lost.abort(reason);
  };
  const keep = async (): Promise<void> => {
    let pauseMs = leaseMs / 3;
    while (!stopped.signal.aborted && !lost.signal.aborted) {
      await clock.sleep(pauseMs, AbortSignal.any([stopped.signal, hurry.signal]));
      if (stopped.signal.aborted) return;
      hurry = new AbortController();
      const askedMs = clock.monotonicMs();
      const answer = await withLimit(renewLease(db, lease), {
        limitMs: renewedMs + leaseMs - askedMs,
        clock,
        signal: stopped.signal,
      });
      if (answer === true) renewedMs = askedMs;
      else if (answer === false) lose('lease-lost');
      else if (clock.monotonicMs() - renewedMs >= leaseMs) lose('database-away');
      else log.warn({ err: answer }, 'lease could not be renewed');
      pauseMs = answer === true ? leaseMs / 3 : leaseMs / 12;
    }
  };
  const finished = keep();
  return {
    lost: lost.signal,
    check: () => hurry.abort(),
    stop: () => {
      stopped.abort();
      return finished;
    },
  };
}

interface Limit {
  limitMs: number;
  clock: Clock;
  signal: AbortSignal;
}

/** An answer, or the error instead of one; a question that hangs is an error too. */
async function withLimit(question: Promise<boolean>, { limitMs, clock, signal }: Limit): Promise<unknown> {
  const answered = new AbortController();
  const answer = question.then(
    (value): unknown => value,
    (error: unknown) => error ?? new Error('no answer'),
  );
  const late = clock
    .sleep(Math.max(0, limitMs), AbortSignal.any([answered.signal, signal]))
    .then(() => new Error('the database did not answer'));
  const first = await Promise.race([answer, late]);
  answered.abort();
  return first;
}
