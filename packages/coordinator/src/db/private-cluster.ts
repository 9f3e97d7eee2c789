import type { ChildProcess } from 'node:child_process';
import { mkdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@binhost/shared/time';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { coordinatorError } from '../coordinator-errors.ts';
import type { Logger } from '../log.ts';
import { choosePostgresBinaries } from './choose-postgres-binaries.ts';
import {
  clusterDirectory,
  existingMajors,
  makeSocketDirectory,
  readPointer,
  runningServer,
  writePointer,
} from './cluster-directory.ts';
import { type PostmasterFile, serverArguments } from './cluster-files.ts';
import { CLUSTER_PORT, CLUSTER_ROLE, makeClient, socketUrl, withDatabase } from './connect.ts';
import { closedDirectory } from './owned-directory.ts';
import { type ClusterPlace, prepareCluster, writeAccessFiles } from './prepare-cluster.ts';
import { startServer } from './run-postgres.ts';
import { chooseServerUser, clusterMembers, currentUser, readSystemUsers, type SystemUser } from './system-users.ts';

/**
 * The private cluster: a PostgreSQL server of our own below the state directory, for everybody who has not prepared one.
 * `serve` opens it; builder and publisher only connect. The server is no child that dies with us: the next start adopts the
 * one that runs, and the stop at the end happens only if nobody else is connected.
 *
 * Fails with DATABASE_UNAVAILABLE: no binaries, a directory that the server's user can't enter, a server that does not answer.
 */
export interface ClusterOptions {
  config: Pick<CoordinatorConfig, 'paths' | 'postgres'>;
  log: Logger;
  clock: Clock;
  /** PATH of the process: where to look for binaries after the usual directories. */
  searchPath?: string | undefined;
  /** More server settings; tests need no fsync. */
  settings?: Record<string, string>;
}

export interface PrivateCluster {
  /** For makeClient; names the database `binhost`. */
  url: string;
  major: number;
  /** True: the server was running before. */
  adopted: boolean;
  /** Stops the server if nobody else is connected; our own clients must be closed. */
  stop: () => Promise<void>;
}

export async function openPrivateCluster(options: ClusterOptions): Promise<PrivateCluster> {
  const { paths } = options.config;
  await mkdir(paths.state, { recursive: true });
  const placeOf = await findPlaces(options);
  for (const place of (await existingMajors(paths.state)).map(placeOf)) {
    const server = runningServer(place.data);
    if (server) return adopt(place, server, options);
  }
  const where = { state: paths.state, configured: options.config.postgres.bin, searchPath: options.searchPath ?? '' };
  const user = placeOf(0).user;
  await requireWayTo(paths.state, user);
  const binaries = await choosePostgresBinaries(where, user, options.log);
  const place = placeOf(binaries.major);
  await prepareCluster(place, binaries.directory);
  const previous = (await readPointer(paths.state))?.socketDirectory;
  const socketDirectory = await makeSocketDirectory({ cluster: place.directory, run: paths.run, previous }, user);
  const url = socketUrl(socketDirectory, CLUSTER_ROLE);
  const directories = { data: place.data, socket: socketDirectory, port: CLUSTER_PORT };
  const args = serverArguments(directories, options.settings);
  await waitForAnswer(place, url, {
    ...options,
    start: () => startServer(binaries.directory, args, { user, logFile: place.logFile }),
  });
  await writePointer(paths.state, { major: place.major, socketDirectory });
  options.log.info({ major: place.major, bin: binaries.directory, user: user.name }, 'started database');
  return { url, major: place.major, adopted: false, stop: () => stopIfIdle(place, url, options) };
}

/** Where a running cluster can be reached, for processes that do not start one; undefined: none was ever started. */
export async function privateClusterUrl(stateDirectory: string): Promise<string | undefined> {
  const pointer = await readPointer(stateDirectory);
  return pointer && socketUrl(pointer.socketDirectory, CLUSTER_ROLE);
}

async function findPlaces({ config, settings }: ClusterOptions): Promise<(major: number) => ClusterPlace> {
  const users = readSystemUsers();
  const current = currentUser();
  const user = chooseServerUser(current, users, config.postgres.user);
  const members = clusterMembers(users, current, user);
  return (major) => {
    const directory = clusterDirectory(config.paths.state, major);
    const files = { directory, data: join(directory, 'data'), logFile: join(directory, 'postgres.log') };
    return { major, ...files, user, members, isDurable: settings?.fsync !== 'off' };
  };
}

async function requireWayTo(state: string, user: SystemUser): Promise<void> {
  const closed = await closedDirectory(await realpath(state), user);
  if (closed === undefined) return;
  throw coordinatorError(
    'DATABASE_UNAVAILABLE',
    `expected the user ${user.name}, who runs PostgreSQL, to be able to enter ${closed} on the way to ${state}`,
    { hint: 'Let others enter it (chmod o+x), choose another paths.state, or name another user as postgres.user.' },
  );
}

async function adopt(place: ClusterPlace, server: PostmasterFile, options: ClusterOptions): Promise<PrivateCluster> {
  const { pid, socketDirectory } = server;
  const url = socketUrl(socketDirectory, CLUSTER_ROLE);
  await writeAccessFiles(place);
  // Who may connect may have changed: have it read before we need it.
  signalServer(pid, 'SIGHUP');
  await waitForAnswer(place, url, options);
  await writePointer(options.config.paths.state, { major: place.major, socketDirectory });
  options.log.info({ major: place.major, pid }, 'adopted running database');
  return { url, major: place.major, adopted: true, stop: () => stopIfIdle(place, url, options) };
}

const ASK_EVERY_MS = 20;

/** A server that ends at once may have met the last children of a killed one, which go away by themselves. */
const STARTS = 3;
const START_AGAIN_MS = 500;

/**
 * Waits for the first connection and makes the database `binhost` if it is missing.
 *
 * @param options.start starts the server; without it one is running
 */
async function waitForAnswer(
  place: ClusterPlace,
  url: string,
  { config, clock, start }: ClusterOptions & { start?: () => ChildProcess },
): Promise<void> {
  const deadline = clock.monotonicMs() + config.postgres.startTimeout;
  let server = start?.();
  for (let starts = 1; ; ) {
    try {
      return await ensureDatabase(url);
    } catch (cause) {
      const hasEnded = typeof server?.exitCode === 'number' && !runningServer(place.data);
      if (clock.monotonicMs() > deadline || (hasEnded && starts === STARTS)) throw await noAnswer(place, cause);
      if (hasEnded) {
        await clock.sleep(START_AGAIN_MS);
        server = start?.();
        starts += 1;
      }
    }
    await clock.sleep(ASK_EVERY_MS);
  }
}

async function ensureDatabase(url: string): Promise<void> {
  const client = makeClient(withDatabase(url, 'postgres'), { max: 1, connect_timeout: 2 });
  try {
    const [found] = await client`select 1 from pg_database where datname = ${CLUSTER_ROLE}`;
    if (!found) await client.unsafe(`create database ${CLUSTER_ROLE}`);
  } finally {
    await client.end({ timeout: 1 });
  }
}

async function noAnswer({ directory, logFile }: ClusterPlace, cause: unknown): Promise<Error> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  const lines = text.trim().split('\n').slice(-3).join(' / ') || 'nothing';
  return coordinatorError(
    'DATABASE_UNAVAILABLE',
    `the database in ${directory} did not answer; its log says: ${lines}`,
    {
      hint: `Read ${logFile}; postgres.startTimeout says how long to wait.`,
      cause,
    },
  );
}

const STOP_TIMEOUT_MS = 15_000;

async function stopIfIdle(place: ClusterPlace, url: string, { clock, log }: ClusterOptions): Promise<void> {
  const server = runningServer(place.data);
  if (!server) return;
  const others = await countOthers(url);
  if (others !== 0) return log.info({ others }, 'left database running');
  // Fast shutdown: open transactions are rolled back, and everything is on disk when it ends.
  if (!signalServer(server.pid, 'SIGINT')) return log.warn({ pid: server.pid }, 'database could not be stopped');
  const deadline = clock.monotonicMs() + STOP_TIMEOUT_MS;
  while (runningServer(place.data) && clock.monotonicMs() < deadline) await clock.sleep(ASK_EVERY_MS);
  log.info({ pid: server.pid }, 'stopped database');
}

/** @returns how many other clients are connected; undefined: the server can't be asked */
async function countOthers(url: string): Promise<number | undefined> {
  const client = makeClient(url, { max: 1, connect_timeout: 2 });
  try {
    const [row] = await client`
      select count(*)::int as others from pg_stat_activity
      where backend_type = 'client backend' and pid <> pg_backend_pid()`;
    return row?.others as number;
  } catch {
    return undefined;
  } finally {
    await client.end({ timeout: 1 });
  }
}

function signalServer(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
