import type { WishView } from '@binhost/shared/protocol';

/** A fleet that runs: on the simulated Portage or on separate hosts with the real one. */
export interface Stage {
  /** `Portage 3.0.82 …` or `simulated`. */
  portage: string;
  /** What `binhost-agent status --json` on a node shows of its wishes; undefined while the agent does not answer. */
  wishesOf(node: string): Promise<WishView[] | undefined>;
  /** What `binhost-coordinator builds --json` shows. */
  builds(): Promise<BuildView[]>;
  /** The text of the index `Packages` of the pool `default`. */
  index(): Promise<string>;
  /** Runs `emerge -guDN world` on a node; its whole output and exit status. */
  updateWorld(node: string): Promise<{ output: string; exitCode: number }>;
  /** cpv → true where the node installed it from a binary, of everything that is installed there. */
  installed(node: string): Promise<Record<string, boolean>>;
  /** Digests of what a build must never touch on the binhost: name → digest. */
  binhostState(): Promise<Record<string, string>>;
  /** The last lines of every process's log, for a failure's message. */
  logs(): Promise<string>;
  close(): Promise<void>;
}

/** What `binhost-agent status --json` says of the wishes; undefined where it says none. */
export function wishesIn(statusJson: string): WishView[] | undefined {
  try {
    return (JSON.parse(statusJson) as { wishes: { list: WishView[] } | null }).wishes?.list;
  } catch {
    return undefined;
  }
}

export interface BuildView {
  cpv: string;
  state: string;
  attempts: number;
}
