import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@binhost/shared/time';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import type { Logger } from '../log.ts';
import {
  ATTEMPT_VARIABLE,
  INCOMING_PREFIX,
  OWNER_FILE,
  STAGING_WORK_PREFIX,
  stagingDirectory,
} from './attempt-directory.ts';
import { isBelow } from './mountinfo.ts';
import { isRunning, type ProcessOwner, type ProcessStat, readProcessStat } from './process-owner.ts';
import { SESSIONS_FILE } from './root-job.ts';

export interface SweepOptions {
  config: Pick<CoordinatorConfig, 'paths' | 'build'>;
  clock: Clock;
  log: Logger;
}

/**
 * Removes what builders left behind that were killed: their attempts' directories, and before them every process that is
 * provably one of those attempts'. What belongs to a builder that still runs is left alone.
 */
export async function sweepWorkDirectories({ config, clock, log }: SweepOptions): Promise<void> {
  for (const name of await names(config.build.workDir)) {
    const directory = join(config.build.workDir, name);
    if (!(await isLeftBehind(directory))) continue;
    const killed = await killProcessesOf(directory, clock);
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
    log.warn({ directory, killed }, 'removed build left behind');
  }
  const staging = stagingDirectory(config);
  for (const name of await names(staging)) {
    const directory = join(staging, name);
    if (!name.startsWith(STAGING_WORK_PREFIX) || !(await isLeftBehind(directory))) continue;
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  }
  await sweepIncoming(staging);
}

/** They are root's where staging is sticky, so that no publisher could remove them. An attempt that still runs has its .work. */
async function sweepIncoming(staging: string): Promise<void> {
  const found = await names(staging);
  for (const name of found.filter((one) => one.startsWith(INCOMING_PREFIX))) {
    if (found.includes(`${STAGING_WORK_PREFIX}${name.slice(INCOMING_PREFIX.length)}`)) continue;
    await rm(join(staging, name), { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Only a directory that names its owner is one of ours. */
async function isLeftBehind(directory: string): Promise<boolean> {
  const text = await readFile(join(directory, OWNER_FILE), 'utf8').catch(() => undefined);
  if (text === undefined) return false;
  try {
    return !(await isRunning(JSON.parse(text) as ProcessOwner));
  } catch {
    // Killed while it wrote the file: nothing was started yet.
    return true;
  }
}

/** @returns how many processes were ended */
async function killProcessesOf(directory: string, clock: Clock): Promise<number> {
  const killed = new Set<number>();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const found = await processesOf(directory);
    if (found.length === 0) break;
    for (const pid of found) {
      killed.add(pid);
      kill(pid);
    }
    await clock.sleep(ROUND_MS);
  }
  return killed.size;
}

/** A process may start another while the list is read: look again until none is left. */
const MAX_ROUNDS = 50;
const ROUND_MS = 100;

/**
 * Ours is a process that carries the attempt's directory in its environment; one in a session that the attempt began and
 * that either still has its first process or works below the directory; and every descendant of these.
 */
async function processesOf(directory: string): Promise<number[]> {
  const all = await allProcesses();
  const sessions = await recordedSessions(directory);
  const ours = new Set<number>();
  for (const one of all) {
    if ((await carriesVariable(one.pid, directory)) || (await isInSession({ one, all, sessions, directory })))
      ours.add(one.pid);
  }
  for (let size = -1; size !== ours.size; ) {
    size = ours.size;
    for (const one of all) if (ours.has(one.parent)) ours.add(one.pid);
  }
  return [...ours];
}

async function allProcesses(): Promise<ProcessStat[]> {
  const pids = (await names('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const stats = await Promise.all(pids.map(readProcessStat));
  return stats.filter((one): one is ProcessStat => one !== undefined && one.pid !== process.pid && !one.isZombie);
}

async function carriesVariable(pid: number, directory: string): Promise<boolean> {
  const text = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
  return text.split('\0').includes(`${ATTEMPT_VARIABLE}=${directory}`);
}

interface SessionQuestion {
  one: ProcessStat;
  all: readonly ProcessStat[];
  /** Session number → when its first process started. */
  sessions: ReadonlyMap<number, string>;
  directory: string;
}

async function isInSession({ one, all, sessions, directory }: SessionQuestion): Promise<boolean> {
  const startTicks = sessions.get(one.session);
  if (startTicks === undefined) return false;
  const leader = all.find(({ pid }) => pid === one.session);
  if (leader) return leader.startTicks === startTicks;
  const workingDirectory = await readlink(`/proc/${one.pid}/cwd`).catch(() => '');
  return workingDirectory !== '' && isBelow(workingDirectory, directory);
}

/** Lines `SESSION TICKS`, as recordSession wrote them. */
async function recordedSessions(directory: string): Promise<Map<number, string>> {
  const text = await readFile(join(directory, SESSIONS_FILE), 'utf8').catch(() => '');
  return new Map(
    text
      .split('\n')
      .filter(Boolean)
      .map((line): [number, string] => [Number.parseInt(line, 10), line.split(' ')[1] ?? '']),
  );
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone by itself in between.
  }
}

async function names(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}
