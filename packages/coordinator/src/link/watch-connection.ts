import type { Clock } from '@binhost/shared/time';
import type { WebSocket } from 'ws';

/** Silence for this many ping intervals ends a connection. */
const SILENT_PINGS = 3;

export interface Watch {
  clock: Clock;
  pingIntervalMs: number;
  /** Aborted when the connection has ended. */
  signal: AbortSignal;
  /** Monotonic time at which the other side was last known to live. */
  heardAtMs(): number;
}

/**
 * Pings until the connection ends. A peer whose machine vanished never closes its side: only silence shows it.
 *
 * @returns how long it was silent in milliseconds; undefined where the connection ended by itself
 */
export async function waitForSilence(socket: WebSocket, watch: Watch): Promise<number | undefined> {
  while (!watch.signal.aborted) {
    await watch.clock.sleep(watch.pingIntervalMs, watch.signal);
    if (watch.signal.aborted) return undefined;
    const silentMs = watch.clock.monotonicMs() - watch.heardAtMs();
    if (silentMs > SILENT_PINGS * watch.pingIntervalMs) return Math.round(silentMs);
    if (socket.readyState === socket.OPEN) socket.ping();
  }
  return undefined;
}
