import { chmodSync, lstatSync, mkdirSync, readFileSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { agentError } from '../agent-errors.ts';
import { atomicWrite } from '../files/atomic-write.ts';

/** @returns null: there is no such file @throws JOIN_FAILED for what is no readable file */
export function readOwnFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw cannot(path, 'read', cause);
  }
}

/**
 * Writes a file whole, with the rights that it has, else with `mode`.
 *
 * @returns directories that had to be made for it, the outermost first
 * @throws JOIN_FAILED
 */
export function writeOwnFile(path: string, text: string, mode: number): void {
  try {
    const present = statSync(path, { throwIfNoEntry: false });
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    atomicWrite(path, text, mode);
    // The umask may have taken bits away that others need.
    chmodSync(path, present ? present.mode & 0o7777 : mode);
  } catch (cause) {
    throw cannot(path, 'write', cause);
  }
}

/** Directories above a path that are not there yet, the outermost first. */
export function missingDirectories(path: string): string[] {
  const parent = dirname(path);
  if (parent === path || lstatSync(parent, { throwIfNoEntry: false })) return [];
  return [...missingDirectories(parent), parent];
}

/** Nothing happens where there is none. @throws JOIN_FAILED */
export function removeOwnFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (cause) {
    throw cannot(path, 'remove', cause);
  }
}

/** Removes directories that are empty, the innermost first; others stay. */
export function removeEmptyDirectories(paths: readonly string[]): void {
  for (const path of paths.toReversed()) {
    try {
      rmdirSync(path);
    } catch {
      // Somebody has put something there, or it is gone.
    }
  }
}

function cannot(path: string, deed: string, cause: unknown) {
  return agentError('JOIN_FAILED', `${path}: expected to ${deed} the file: ${(cause as Error).message}`, {
    hint: 'Run it as root; what is done so far stays, and the same line goes on from there.',
    cause,
  });
}
