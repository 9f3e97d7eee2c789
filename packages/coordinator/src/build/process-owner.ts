import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';

/** A process, told apart from any later one of the same number. */
export interface ProcessOwner {
  host: string;
  /** Of the running kernel; another one after a reboot. */
  bootId: string;
  pid: number;
  /** When it started, in the kernel's ticks since boot. */
  startTicks: string;
}

/** What /proc/PID/stat says, as far as we need it. */
export interface ProcessStat {
  pid: number;
  parent: number;
  session: number;
  startTicks: string;
  /** Dead already; only its parent has not asked yet. */
  isZombie: boolean;
}

export async function thisProcess(): Promise<ProcessOwner> {
  const stat = await readProcessStat('self');
  return { host: hostname(), bootId: await bootId(), pid: process.pid, startTicks: stat?.startTicks ?? '' };
}

/** Whether that very process still runs. Of a process on another machine nothing can be said: it counts as running. */
export async function isRunning(owner: ProcessOwner): Promise<boolean> {
  if (owner.host !== hostname()) return true;
  if (owner.bootId !== (await bootId())) return false;
  return (await readProcessStat(owner.pid))?.startTicks === owner.startTicks;
}

export async function readProcessStat(pid: number | 'self'): Promise<ProcessStat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseProcessStat(text);
}

/** proc_pid_stat(5): the name in parentheses may hold blanks and parentheses itself. */
export function parseProcessStat(text: string): ProcessStat | undefined {
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  const [state, parent, , session] = fields;
  const startTicks = fields[19];
  if (end < 0 || parent === undefined || session === undefined || startTicks === undefined) return undefined;
  return {
    pid: Number.parseInt(text, 10),
    parent: Number(parent),
    session: Number(session),
    startTicks,
    isZombie: state === 'Z',
  };
}

async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim();
}
