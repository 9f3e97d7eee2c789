/**
 * How long the binhost itself took to compile packages: its Portage's own log. In: /var/log/emerge.log. Out: seconds by
 * category/name. Used by plan, which orders builds by it; a log that is not there or cannot be read tells nothing.
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCpv } from '@binhost/shared/portage';
import { fileStamp } from './file-stamp.ts';

/** Years of merges; what is older says little about builds of today. */
const TAIL_BYTES = 8 * 1024 * 1024;

/** @returns a reader that reads the file again only when it has changed */
export function openEmergeLog(root: string): () => Promise<ReadonlyMap<string, number>> {
  const path = join(root, 'var/log/emerge.log');
  let known: { stamp: string | undefined; seconds: ReadonlyMap<string, number> } = {
    stamp: undefined,
    seconds: new Map(),
  };
  return async () => {
    const stamp = await fileStamp(path).catch(() => undefined);
    if (stamp !== known.stamp) known = { stamp, seconds: parseEmergeLog(await readTail(path)) };
    return known.seconds;
  };
}

/** @returns by category/name the seconds of the newest merge that compiled it */
export function parseEmergeLog(text: string): Map<string, number> {
  const begun = new Map<string, number>();
  const seconds = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, time = '', rest = ''] = /^(\d{9,11}):\s+(.*)$/.exec(line) ?? [];
    const [, mark = '', cpv = ''] = /^(>>> emerge|::: completed emerge|===) \(\d+ of \d+\) (.*)$/.exec(rest) ?? [];
    if (mark === '===') {
      const binary = /^Merging Binary \((\S+?)::/.exec(cpv)?.[1];
      if (binary !== undefined) begun.delete(binary);
      continue;
    }
    const name = cpv.split(' ')[0] ?? '';
    const cp = parseCpv(name)?.cp;
    if (cp === undefined) continue;
    const beganAt = begun.get(name);
    if (mark === '>>> emerge') begun.set(name, Number(time));
    else if (beganAt !== undefined) {
      begun.delete(name);
      seconds.set(cp, Math.max(0, Number(time) - beganAt));
    }
  }
  return seconds;
}

async function readTail(path: string): Promise<string> {
  const file = await open(path).catch(() => undefined);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    return '';
  } finally {
    await file.close();
  }
}
