/** A lease as the database shows it now. */
export interface LeaseRow {
  attemptId: number;
  buildId: number;
  /** Raised by every renewal. */
  renewals: number;
}

/** Since when, on our monotonic clock, we have seen each attempt's counter stand where it stands. */
export type LeaseMemory = ReadonlyMap<number, { renewals: number; sinceMs: number }>;

/**
 * Which leases are to be taken back. Only a counter that we ourselves saw standing still for the whole length counts: no wall
 * clock, ours, the builder's or the database's, can jump and cost a build. A coordinator that has just started knows
 * nothing yet and takes nothing back before one length has passed.
 *
 * @param memory what the last call returned; empty at the start
 * @returns the memory for the next call, and the rows to take back
 */
export function staleLeases(
  memory: LeaseMemory,
  rows: readonly LeaseRow[],
  nowMonotonicMs: number,
  leaseMs: number,
): { memory: LeaseMemory; stale: LeaseRow[] } {
  const next = new Map<number, { renewals: number; sinceMs: number }>();
  for (const { attemptId, renewals } of rows) {
    const known = memory.get(attemptId);
    next.set(attemptId, known?.renewals === renewals ? known : { renewals, sinceMs: nowMonotonicMs });
  }
  const stale = rows.filter(
    ({ attemptId }) => nowMonotonicMs - (next.get(attemptId)?.sinceMs ?? nowMonotonicMs) >= leaseMs,
  );
  return { memory: next, stale };
}
