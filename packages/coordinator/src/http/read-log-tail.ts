import { open } from 'node:fs/promises';

/** Read of the end of a log for its last lines, bytes. */
const TAIL_BYTES = 16 * 1024;

/** The last lines of a file that say something; none where the file is gone. */
export async function readLogTail(path: string, lines: number): Promise<string[]> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return [];
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - TAIL_BYTES);
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
    const text = buffer.toString('utf8', 0, bytesRead);
    // The first line of a cut is half a line.
    const whole = start > 0 ? text.slice(text.indexOf('\n') + 1) : text;
    return whole
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-lines);
  } finally {
    await file.close();
  }
}
