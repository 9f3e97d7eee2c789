import { type FileHandle, open } from 'node:fs/promises';
import type { Clock } from '@binhost/shared/time';

export interface FollowedFile {
  path: string;
  /** Undefined: the file as it is now. Else: more is awaited until this says that nobody writes it any more. */
  isWritten?: () => Promise<boolean>;
  clock: Clock;
  /** Ends the reading early. */
  signal: AbortSignal;
}

const CHUNK_BYTES = 64 * 1024;
/** Pause between two looks at a file that grows, milliseconds. */
const PAUSE_MS = 500;

/** The bytes of a file that may still grow. A file that is not there yet counts as empty. */
export async function* followFile({ path, isWritten, clock, signal }: FollowedFile): AsyncGenerator<Buffer> {
  let position = 0;
  while (!signal.aborted) {
    // Asked before reading: what was written before the end is then surely read.
    const isLive = (await isWritten?.()) ?? false;
    const file = await openIfThere(path);
    try {
      // Of a long log the middle is dropped while it is written; what stands behind was read before.
      position = Math.min(position, (await file?.stat())?.size ?? 0);
      for (let chunk = await readAt(file, position); chunk.length > 0; chunk = await readAt(file, position)) {
        position += chunk.length;
        yield chunk;
      }
    } finally {
      await file?.close();
    }
    if (!isLive) return;
    await clock.sleep(PAUSE_MS, signal);
  }
}

async function readAt(file: FileHandle | undefined, position: number): Promise<Buffer> {
  if (file === undefined) return Buffer.alloc(0);
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, position);
  return buffer.subarray(0, bytesRead);
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
