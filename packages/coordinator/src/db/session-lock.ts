import { makeClient } from './connect.ts';

/** A lock that lives as long as one database session. */
export interface HeldLock {
  release: () => Promise<void>;
  /** False once the session was lost (the database restarted): somebody else may hold the lock now. */
  isHeld: () => Promise<boolean>;
}

/**
 * Takes a named advisory lock on a connection that does nothing else. The database frees it by itself when this process ends,
 * however it ends.
 *
 * @returns undefined where another session holds it
 */
export async function openLock(url: string, name: string): Promise<HeldLock | undefined> {
  const client = makeClient(url, { max: 1, max_lifetime: null, idle_timeout: 0 });
  const [row] = await client`
    select pg_try_advisory_lock(hashtextextended(${name}, 0)) as taken, pg_backend_pid() as session`;
  if (!row?.taken) {
    await client.end({ timeout: 1 });
    return undefined;
  }
  return {
    // Nothing is in flight on this connection, so a longer wait would be for a broken one.
    release: () => client.end({ timeout: 1 }),
    // After a loss postgres.js connects again by itself: another session answers then.
    isHeld: async () => {
      try {
        const [now] = await client`select pg_backend_pid() as session`;
        return now?.session === row.session;
      } catch {
        return false;
      }
    },
  };
}
