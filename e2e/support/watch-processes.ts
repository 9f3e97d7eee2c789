import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** What one process was started with, as the system shows it to whoever may look. */
export interface SeenProcess {
  /** Arguments, joined by blanks. */
  argv: string;
  /** `NAME=value`, joined by line ends. */
  environment: string;
}

export interface ProcessWatch {
  /** Ends the watch. @returns each process once, and once more where it became another program */
  stop(): Promise<SeenProcess[]>;
}

/** How often the processes are listed; a program that starts Node or Python lives far longer. */
const PAUSE_MS = 15;

/**
 * Watches which processes there are below this one, and those that name a directory in their arguments or environment (a
 * database server leaves its parents).
 *
 * @param directory of the test's own
 */
export function watchProcesses(directory: string): ProcessWatch {
  const seen = new Map<string, SeenProcess>();
  const parents = new Map<string, string>();
  let isOver = false;
  const watch = async (): Promise<void> => {
    while (!isOver) {
      const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
      await Promise.all(pids.map((pid) => look(pid, { seen, parents, directory })));
      await pause(PAUSE_MS);
    }
  };
  const running = watch();
  return {
    stop: async () => {
      isOver = true;
      await running;
      return [...seen.values()];
    },
  };
}

interface Looking {
  seen: Map<string, SeenProcess>;
  parents: Map<string, string>;
  directory: string;
}

async function look(pid: string, { seen, parents, directory }: Looking): Promise<void> {
  const read = (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  const [cmdline, environ, stat] = await Promise.all([read('cmdline'), read('environ'), read('stat')]);
  const parent = /\) \S (\d+)/.exec(stat)?.[1];
  if (parent !== undefined) parents.set(pid, parent);
  const isOurs = isBelowUs(pid, parents) || cmdline.includes(directory) || environ.includes(directory);
  if (!isOurs || cmdline === '') return;
  const process = { argv: cmdline.replaceAll('\0', ' '), environment: environ.replaceAll('\0', '\n') };
  seen.set(`${pid} ${process.argv} ${process.environment}`, process);
}

function isBelowUs(pid: string, parents: ReadonlyMap<string, string>): boolean {
  for (let each = parents.get(pid); each !== undefined && each !== '1'; each = parents.get(each)) {
    if (each === String(process.pid)) return true;
  }
  return false;
}
