import { readdir, readFile } from 'node:fs/promises';
import type { ServiceName } from './install-services.ts';
import type { RootRun, SeparateRoot } from './openrc-root.ts';

/** What a service's supervisor and the kernel say of it. */
export interface OpenrcService {
  /** `rc-service NAME COMMAND`. */
  rc(command: string): Promise<RootRun>;
  /** The supervised program's number inside; undefined: none runs. */
  mainPid(): Promise<number | undefined>;
  /** The end of its log. */
  log(lines?: number): Promise<string>;
}

/** A process inside. */
export interface RootProcess {
  pid: number;
  parent: number;
  uid: number;
  gid: number;
  /** Its arguments, with blanks between them. */
  command: string;
}

export function openrcService(root: SeparateRoot, name: ServiceName, logFile: string): OpenrcService {
  return {
    rc: (command) => root.run(['rc-service', '--nocolor', name, command]),
    mainPid: async () => {
      const text = await readFile(root.outside(`/run/openrc/options/${name}/child_pid`), 'utf8').catch(() => '');
      const running = await processes(root);
      return running.find((each) => each.pid === Number(text))?.pid;
    },
    log: async (lines = 10) => {
      const text = await readFile(root.outside(logFile), 'utf8').catch((error: unknown) => String(error));
      return text.trimEnd().split('\n').slice(-lines).join('\n');
    },
  };
}

/** Every process inside except the dead that wait for their parents. */
export async function processes(root: SeparateRoot): Promise<RootProcess[]> {
  const names = (await readdir(root.outside('/proc'))).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(names.map((name) => readProcess(root, Number(name))));
  return found.filter((each) => each !== undefined);
}

/** @returns undefined where it has ended */
async function readProcess(root: SeparateRoot, pid: number): Promise<RootProcess | undefined> {
  try {
    const status = await readFile(root.outside(`/proc/${pid}/status`), 'utf8');
    const command = await readFile(root.outside(`/proc/${pid}/cmdline`), 'utf8');
    const field = (name: string): string => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1] ?? '';
    if (field('State') === 'Z') return undefined;
    const [parent, uid, gid] = [Number(field('PPid')), Number(field('Uid')), Number(field('Gid'))];
    return { pid, parent, uid, gid, command: command.replaceAll('\0', ' ').trim() };
  } catch {
    return undefined;
  }
}
