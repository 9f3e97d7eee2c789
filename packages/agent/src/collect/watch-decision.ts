/**
 * When a change of the system asks for a look. Pure: fingerprints and times in, a decision out; watch-system.ts polls.
 *
 * A change counts when nothing changed for `settleMs` and no emerge runs: a sync or an update of many packages asks once, at
 * its end. What a look has seen in the meantime, for whatever reason it ran, asks no more.
 */
export interface SystemPrint {
  /** Of the ebuild repositories' timestamps. */
  repositories: string;
  /** Of the package database's directories, and the world file. */
  installed: string;
}

export interface WatchMemory {
  /** What the last look, or the last ask, has seen. */
  seen: SystemPrint;
  last: SystemPrint;
  /** When `last` was found to differ from what stood before; monotonic. */
  changedAtMs: number;
}

export function watchFrom(print: SystemPrint, nowMs: number): WatchMemory {
  return { seen: print, last: print, changedAtMs: nowMs };
}

export interface Poll {
  print: SystemPrint;
  nowMs: number;
  settleMs: number;
  isPortageBusy: boolean;
}

/** @returns the reason to look, empty: none */
export function judgePoll(memory: WatchMemory, poll: Poll): { memory: WatchMemory; reason: string } {
  const { print, nowMs, settleMs, isPortageBusy } = poll;
  const changedAtMs = isSame(print, memory.last) ? memory.changedAtMs : nowMs;
  const next = { ...memory, last: print, changedAtMs };
  const isSettled = nowMs - changedAtMs >= settleMs && !isPortageBusy;
  if (isSame(print, memory.seen) || !isSettled) return { memory: next, reason: '' };
  return { memory: { ...next, seen: print }, reason: reasonOf(memory.seen, print) };
}

/** Whether it is worth asking if an emerge runs. */
export function isPending(memory: WatchMemory, print: SystemPrint): boolean {
  return !isSame(print, memory.seen);
}

function reasonOf(before: SystemPrint, now: SystemPrint): string {
  const what = [
    before.repositories === now.repositories ? '' : 'the ebuild repositories changed',
    before.installed === now.installed ? '' : 'packages were merged or removed',
  ];
  return what.filter(Boolean).join(' and ');
}

function isSame(a: SystemPrint, b: SystemPrint): boolean {
  return a.repositories === b.repositories && a.installed === b.installed;
}
