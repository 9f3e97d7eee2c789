/**
 * The only door to time. Everything that waits or asks for the time takes a Clock, so that tests can hold it.
 */
export interface Clock {
  /** Wall time in milliseconds since the epoch. For display and for times that people set; it may jump. */
  nowMs(): number;
  /** Milliseconds on a clock that never jumps, with an arbitrary zero. For leases, time limits and pauses. */
  monotonicMs(): number;
  /** Resolves after `ms` milliseconds, or at once when the signal aborts; it never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done);
    }),
};
