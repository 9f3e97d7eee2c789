import { readdirSync, readFileSync } from 'node:fs';
import { parseProcessStat } from './process-owner.ts';

/**
 * All processes that a process has started, directly or through others, as they are now. Read at once and not in turns, so that
 * as little as possible is started in between.
 */
export function descendantsOf(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readStat(name);
    if (stat) children.set(stat.parent, [...(children.get(stat.parent) ?? []), stat.pid]);
  }
  const found: number[] = [];
  const todo = [...(children.get(pid) ?? [])];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    found.push(next);
    todo.push(...(children.get(next) ?? []));
  }
  return found;
}

function readStat(name: string) {
  try {
    return parseProcessStat(readFileSync(`/proc/${name}/stat`, 'utf8'));
  } catch {
    // Ended in between.
    return undefined;
  }
}
