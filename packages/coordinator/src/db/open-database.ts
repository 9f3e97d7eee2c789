import { sharedError } from '@binhost/shared/errors';
import { backoffDelayMs, type Clock } from '@binhost/shared/time';
import { drizzle } from 'drizzle-orm/postgres-js';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { coordinatorError } from '../coordinator-errors.ts';
import type { Logger } from '../log.ts';
import type { Channel } from './channels.ts';
import { makeClient } from './connect.ts';
import type { Database } from './database.ts';
import { migrateDatabase, newerDatabase, readSchemaAge } from './migrate.ts';
import { openPrivateCluster, privateClusterUrl } from './private-cluster.ts';
import { type HeldLock, openLock } from './session-lock.ts';

/**
 * Step-independent ground: the database that all processes share. In: the configuration. Out: a pool for the stores, LISTEN
 * and session locks on connections of their own. Each process calls it once, at its start.
 *
 * Fails with CONFIG_BAD_VALUE (no URL), DATABASE_UNAVAILABLE (no server, no binaries) and DATABASE_NEWER (a newer release has migrated it).
 */
export interface OpenDatabase {
  db: Database;
  /** The server and database that is open, for child processes. */
  url: string;
  /**
   * Calls back for every notification, and at least once with '' after a reconnect, since some may have been missed.
   * A throwing callback is logged, never passed on.
   */
  listen: (channel: Channel, onNotify: (payload: string) => void) => Promise<void>;
  /** A session lock, on a connection of its own; undefined: another process holds it. */
  tryLock: (name: string) => Promise<HeldLock | undefined>;
  /** Ends all connections; a private cluster that this process opened is stopped unless others are connected. */
  close: () => Promise<void>;
}

export interface OpenDatabaseOptions {
  config: Pick<CoordinatorConfig, 'paths' | 'postgres'>;
  /** DATABASE_URL; `postgres.url` goes before it. */
  databaseUrl?: string | undefined;
  /** PATH of the process; where PostgreSQL's binaries are looked for last. */
  searchPath?: string | undefined;
  log: Logger;
  clock: Clock;
  /** True in serve: starts or adopts the private cluster and migrates. False: waits until somebody else has done both. */
  startCluster: boolean;
  /** Ends the wait of `startCluster: false`. */
  signal?: AbortSignal;
}

export async function openDatabase(options: OpenDatabaseOptions): Promise<OpenDatabase> {
  const log = options.log.child({ step: 'db' });
  const given = givenUrl(options);
  if (!options.startCluster) return connect(await waitForSchema(given, { ...options, log }), log);
  if (given) {
    await migrateWhenUp(given, { ...options, log });
    return connect(given, log);
  }
  const cluster = await openPrivateCluster({ ...options, log });
  await migrateDatabase(cluster.url);
  const open = connect(cluster.url, log);
  return {
    ...open,
    close: async () => {
      await open.close();
      await cluster.stop();
    },
  };
}

/** @returns the owner's server; undefined: the private cluster @throws CONFIG_BAD_VALUE */
function givenUrl({ databaseUrl, config }: OpenDatabaseOptions): string | undefined {
  const url = config.postgres.url || databaseUrl || undefined;
  if (url === undefined || (URL.canParse(url) && /^postgres(ql)?:/.test(url))) return url;
  const key = config.postgres.url ? 'postgres.url' : 'DATABASE_URL';
  // What came is not shown: it may hold a password.
  throw sharedError('CONFIG_BAD_VALUE', `${key}: expected a URL such as postgres://user@host/database, got none`, {
    hint: `Correct ${key}, or leave it empty for a private cluster.`,
  });
}

function connect(url: string, log: Logger): OpenDatabase {
  const pool = makeClient(url);
  // drizzle changes its client's parsers, so notifications come through a second one.
  const listener = makeClient(url, { max: 1, max_lifetime: null });
  const locks = new Set<HeldLock>();
  return {
    db: drizzle(pool),
    url,
    async listen(channel, onNotify) {
      const safely = (payload: string): void => {
        try {
          onNotify(payload);
        } catch (err) {
          log.error({ err, channel }, 'notification could not be handled');
        }
      };
      let isFirst = true;
      await listener.listen(channel, safely, () => {
        if (!isFirst) safely('');
        isFirst = false;
      });
    },
    async tryLock(name) {
      const lock = await openLock(url, name);
      if (lock) locks.add(lock);
      return lock && { ...lock, release: () => lock.release().finally(() => locks.delete(lock)) };
    },
    async close() {
      await Promise.allSettled([...locks].map((lock) => lock.release()));
      const limit = { timeout: CLOSE_TIMEOUT_SECONDS };
      await Promise.all([pool.end(limit), listener.end(limit)]);
    },
  };
}

/** Queries in flight get this long; after a restart of the server postgres.js would wait for connections that are gone. */
const CLOSE_TIMEOUT_SECONDS = 2;

const RETRY = { firstMs: 200, maxMs: 5000 };

/** A server of the owner's may come up after us: it gets as long as a private one. */
async function migrateWhenUp(url: string, { config, clock, log }: OpenDatabaseOptions): Promise<void> {
  let told = '';
  const deadline = clock.monotonicMs() + config.postgres.startTimeout;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await migrateDatabase(url);
    } catch (cause) {
      if (!isConnectionError(cause)) throw cause;
      if (clock.monotonicMs() > deadline) throw unreachable(url, cause);
      const reason = (cause as Error).message;
      if (reason !== told) log.warn({ reason }, 'database not reachable yet');
      told = reason;
    }
    await clock.sleep(Math.max(100, backoffDelayMs(attempt, 1, RETRY)));
  }
}

/** @returns the URL, once a server answers there and its schema is this release's */
async function waitForSchema(
  given: string | undefined,
  { config, clock, log, signal }: OpenDatabaseOptions & { log: Logger },
): Promise<string> {
  let told = '';
  for (let attempt = 0; !signal?.aborted; attempt += 1) {
    const url = given || (await privateClusterUrl(config.paths.state));
    const reason = url ? await whyNotReady(url) : `no cluster in ${config.paths.state} yet`;
    if (url && reason === undefined) return url;
    if (reason && reason !== told) log.info({ reason }, 'waiting for database');
    told = reason ?? '';
    await clock.sleep(Math.max(100, backoffDelayMs(attempt, 1, RETRY)), signal);
  }
  throw coordinatorError('DATABASE_UNAVAILABLE', 'stopped while waiting for the database', { retryable: true });
}

/** @returns undefined: a server answers and its schema is this release's */
async function whyNotReady(url: string): Promise<string | undefined> {
  const client = makeClient(url, { max: 1, connect_timeout: 5 });
  try {
    const age = await readSchemaAge(client);
    if (age === 'newer') throw newerDatabase();
    return age === 'older' ? 'serve has not brought it to this release yet' : undefined;
  } catch (error) {
    if (isConnectionError(error)) return (error as Error).message;
    throw error;
  } finally {
    await client.end({ timeout: 1 });
  }
}

/** Errors of Node's sockets, of postgres.js's connections, and the SQLSTATEs of a server that is starting or ending. */
function isConnectionError(error: unknown): boolean {
  const { code, syscall } = error as { code?: string; syscall?: string };
  if (syscall !== undefined) return ['connect', 'getaddrinfo', 'read'].includes(syscall);
  return typeof code === 'string' && /^(CONNECT|57P0|3D000|08)/.test(code);
}

function unreachable(url: string, cause: unknown): Error {
  const { hostname, port, pathname } = new URL(url);
  return coordinatorError(
    'DATABASE_UNAVAILABLE',
    `expected PostgreSQL at ${hostname}:${port || 5432}${pathname}, got: ${(cause as Error).message}`,
    { hint: 'Check DATABASE_URL or postgres.url, and that the server runs.', cause, retryable: true },
  );
}
