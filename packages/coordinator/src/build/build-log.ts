import {
  closeSync,
  constants,
  fchownSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { coordinatorError } from '../coordinator-errors.ts';

/** Where an attempt's log lies. `logPath` comes from the database and is taken as a plain file name. */
export function logFile(config: Pick<CoordinatorConfig, 'paths'>, logPath: string): string {
  return join(config.paths.logs, basename(logPath));
}

/**
 * The log of one attempt: written as the output comes, so that it can be followed, and bounded. Of a log that grows past
 * build.logHead + 2 × build.logTail the middle is dropped, leaving the head, a line that says how much is missing, and the tail.
 */
export interface BuildLog {
  write(chunk: Buffer | string): void;
  close(): void;
}

/** @throws BUILD_ROOT_FAILED where the log's name is taken by something that is no plain file */
export function openBuildLog(config: Pick<CoordinatorConfig, 'paths' | 'build'>, logPath: string): BuildLog {
  const { logHead, logTail } = config.build;
  mkdirSync(config.paths.logs, { recursive: true });
  const file = openNew(logFile(config, logPath));
  giveToDirectoryOwner(file, config.paths.logs);
  let size = 0;
  let dropped = 0;
  const append = (chunk: Buffer): void => {
    writeSync(file, chunk, 0, chunk.length, size);
    size += chunk.length;
  };
  const dropMiddle = (): void => {
    const tail = Buffer.alloc(logTail);
    readSync(file, tail, 0, logTail, size - logTail);
    dropped += size - logHead - logTail;
    size = logHead;
    ftruncateSync(file, size);
    append(Buffer.from(`\n[… ${dropped} bytes left out …]\n`));
    append(tail);
  };
  return {
    write(chunk) {
      append(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
      if (size > logHead + 2 * logTail + MARK_ROOM) dropMiddle();
    },
    close: () => closeSync(file),
  };
}

/** The line about what was left out counts neither as head nor as tail. */
const MARK_ROOM = 100;

/**
 * The builder may be root in a directory of another user's, who can guess the name: a link is never followed, nor is anything
 * that lies there opened. A plain file is the log of an attempt from before the database was lost, which numbers anew.
 */
function openNew(file: string): number {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found?.isFile()) rmSync(file);
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  try {
    return openSync(file, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o640);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    throw coordinatorError('BUILD_ROOT_FAILED', `expected no file yet at ${file}, got one that no builder made`, {
      hint: 'Remove it, and see who but the coordinator may write to paths.logs.',
      cause,
    });
  }
}

/** The builder is root, `serve` shows the logs: the file belongs to whom the directory belongs to. */
function giveToDirectoryOwner(file: number, directory: string): void {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = statSync(directory);
  fchownSync(file, uid, gid);
}
