import { closeSync, openSync, readSync } from 'node:fs';
import { agentError } from '../agent-errors.ts';

/** More than the parser reads whatever the characters are, so that it says `too-large` by itself. */
const MAX_BYTES = 64 * 1024 * 1024 + 1;
const STDIN = 0;

/**
 * The beginning of a file, or of stdin, as text; bytes that are no UTF-8 become U+FFFD.
 *
 * @param path undefined: stdin
 * @throws INPUT_UNREADABLE
 */
export function readInput(path: string | undefined): string {
  const chunks: Buffer[] = [];
  let total = 0;
  try {
    const file = path === undefined ? STDIN : openSync(path, 'r');
    for (;;) {
      const chunk = Buffer.allocUnsafe(1024 * 1024);
      const count = readSome(file, chunk);
      if (count === 0) break;
      chunks.push(chunk.subarray(0, count));
      total += count;
      if (total >= MAX_BYTES) break;
    }
    if (path !== undefined) closeSync(file);
  } catch (cause) {
    throw agentError('INPUT_UNREADABLE', `expected to read ${path ?? 'stdin'}: ${(cause as Error).message}`, {
      hint: 'Name files that hold the output of emerge, or pipe it in.',
      cause,
    });
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** stdin may be a terminal or pipe in non-blocking mode: it then says EAGAIN until something comes. */
function readSome(file: number, chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(file, chunk);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}
