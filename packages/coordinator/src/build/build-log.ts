import { closeSync, fchownSync, ftruncateSync, mkdirSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';

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

export function openBuildLog(config: Pick<CoordinatorConfig, 'paths' | 'build'>, logPath: string): BuildLog {
  const { logHead, logTail } = config.build;
  mkdirSync(config.paths.logs, { recursive: true });
  const file = openSync(logFile(config, logPath), 'w+', 0o640);
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

/** The builder is root, `serve` shows the logs: the file belongs to whom the directory belongs to. */
function giveToDirectoryOwner(file: number, directory: string): void {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = statSync(directory);
  fchownSync(file, uid, gid);
}
