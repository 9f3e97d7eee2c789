import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { coordinatorError } from '../coordinator-errors.ts';
import { parseServerMajor } from './cluster-files.ts';
import { CLUSTER_ROLE } from './connect.ts';
import { isRoot } from './owned-directory.ts';
import type { SystemUser } from './system-users.ts';

/** Nothing of the caller's environment reaches the server: PGDATA and its like would change what it does. */
const SERVER_ENV = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };

/**
 * Runs `postgres --version` as the user that will run the server.
 *
 * @returns the major version; undefined where these binaries cannot be run by that user
 */
export async function readServerMajor(binDirectory: string, user: SystemUser): Promise<number | undefined> {
  const result = await execa(join(binDirectory, 'postgres'), ['--version'], { ...asUser(user), reject: false });
  return result.failed ? undefined : parseServerMajor(result.stdout);
}

/**
 * Makes an empty cluster in a directory that does not exist yet.
 *
 * @throws DATABASE_UNAVAILABLE with what initdb printed
 */
export async function runInitdb(
  binDirectory: string,
  dataDirectory: string,
  { user, isDurable }: { user: SystemUser; isDurable: boolean },
): Promise<void> {
  const access = ['-U', CLUSTER_ROLE, '--auth-local=peer', '--auth-host=reject'];
  const args = ['-D', dataDirectory, ...access, '--encoding=UTF8', '--locale=C', ...(isDurable ? [] : ['--no-sync'])];
  const result = await execa(join(binDirectory, 'initdb'), args, {
    ...asUser(user),
    all: true,
    reject: false,
  });
  if (!result.failed) return;
  const printed = (result.all ?? '').trim().split('\n').slice(-3).join(' ');
  throw coordinatorError(
    'DATABASE_UNAVAILABLE',
    `initdb could not make a cluster in ${dataDirectory} as the user ${user.name}: ${printed || result.shortMessage}`,
    { hint: `Check that the directory above it exists, belongs to ${user.name} and has room.` },
  );
}

/**
 * Starts the server in a session of its own, so that it outlives us: a restart of serve must not cost a running build.
 */
export function startServer(
  binDirectory: string,
  args: string[],
  options: { user: SystemUser; logFile: string },
): ChildProcess {
  const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW } = constants;
  const logFd = openSync(options.logFile, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o640);
  const child = spawn(join(binDirectory, 'postgres'), args, {
    ...asUser(options.user),
    detached: true,
    stdio: ['ignore', logFd, logFd],
  });
  // A start that fails is seen by the wait for the first connection; without a listener it would end the process.
  child.on('error', () => {});
  child.unref();
  closeSync(logFd);
  return child;
}

function asUser(user: SystemUser) {
  const change = isRoot() ? { uid: user.uid, gid: user.gid } : {};
  return { ...change, cwd: '/', env: SERVER_ENV, extendEnv: false };
}
