import type { WishView } from '@binhost/shared/protocol';
import type { EbuildOf } from './fleet.ts';

/** A fleet that runs: on the simulated Portage or on separate hosts with the real one. */
export interface Stage {
  /** `Portage 3.0.82 …` or `simulated`. */
  portage: string;
  /** What `binhost-agent status --json` on a node shows of its wishes; undefined while the agent does not answer. */
  wishesOf(node: string): Promise<WishView[] | undefined>;
  /** Codes of the situations that `binhost-agent status --json` on a node names. */
  situationsOf(node: string): Promise<string[]>;
  /** What `binhost-coordinator builds --json` shows. */
  builds(): Promise<BuildView[]>;
  /** The text of the index `Packages` of the pool `default`. */
  index(): Promise<string>;
  /** Runs a program on a machine to its end, as root there would. */
  run(machine: string, program: StageProgram, args: string[]): Promise<ProgramRun>;
  /** Ends our programs on a machine: the three of the binhost, or a node's agent. */
  stop(machine: string): Promise<void>;
  /** Starts them again, and waits until they answer. */
  start(machine: string): Promise<void>;
  /** Ends one of the binhost's processes and starts it again. @throws where they are no separate processes */
  restart(process: BinhostProcess): Promise<void>;
  /** A machine's copy of a repository gains these ebuilds, or these versions of them. */
  addEbuilds(machine: string, repository: string, ebuilds: EbuildOf[]): Promise<void>;
  /** A machine's world file gains these packages. */
  addToWorld(machine: string, packages: string[]): Promise<void>;
  /** Writes the entry of our binhost to a node's binrepos.conf. */
  nameBinhost(node: string): Promise<void>;
  /** Writes files below a machine's /etc/portage: path → text. */
  configure(machine: string, files: Record<string, string>): Promise<void>;
  /** The source of an ebuild of `main` can be fetched by the binhost from now on. */
  serveSource(cpv: string): Promise<void>;
  /** The published directory of the pool `default`, as this machine sees it. */
  published: string;
  /** cpv → true where the node installed it from a binary, of everything that is installed there. */
  installed(node: string): Promise<Record<string, boolean>>;
  /** Digests of what a build must never touch on the binhost: name → digest. */
  binhostState(): Promise<Record<string, string>>;
  /** The last lines of every process's log, for a failure's message. */
  logs(): Promise<string>;
  close(): Promise<void>;
}

export type StageProgram = 'emerge' | 'binhost-agent' | 'binhost-coordinator';

export type BinhostProcess = 'serve' | 'builder' | 'publisher';

export interface ProgramRun {
  /** For messages. */
  command: string;
  stdout: string;
  /** stdout and stderr. */
  output: string;
  exitCode: number;
}

/** What `binhost-agent status --json` says of the wishes; undefined where it says none. */
export function wishesIn(statusJson: string): WishView[] | undefined {
  try {
    return (JSON.parse(statusJson) as { wishes: { list: WishView[] } | null }).wishes?.list;
  } catch {
    return undefined;
  }
}

/** Likewise, the codes of its situations. */
export function situationsIn(statusJson: string): string[] {
  try {
    return (JSON.parse(statusJson) as { situations: { code: string }[] }).situations.map(({ code }) => code);
  } catch {
    return ['no answer'];
  }
}

/** A section of binrepos.conf. */
export const binreposEntry = (name: string, uri: string, options: string[]) =>
  [`[${name}]`, ...options, `sync-uri = ${uri}`, ''].join('\n');

/** Ours comes first; of the other one, nobody has the key. */
export const OUR_ENTRY = ['priority = 9999'];
export const OTHER_ENTRY = ['priority = 1', 'verify-signature = false'];

export interface BuildView {
  id: number;
  cpv: string;
  state: string;
  attempts: number;
}
