/**
 * Watches the system by polling and asks for a look when the repositories or the installed packages changed. Called by
 * agent.ts; it never throws. Polling, since inotify misses network file systems and would need a watch per category.
 */
import type { Clock } from '@binhost/shared/time';
import { isEmergeRunning, readSystemPrint } from './read-system-print.ts';
import { isPending, judgePoll, type WatchMemory, watchFrom } from './watch-decision.ts';

export interface WatchParts {
  root: string;
  /** Pause between two polls and how long nothing may have changed, milliseconds; no pause: nothing is watched. */
  limits: { pollMs: number; settleMs: number };
  ask: (reason: string) => void;
  clock: Clock;
}

export interface SystemWatch {
  /** A look begins: what stands now, it sees. @param locations of the ebuild repositories; undefined: as before */
  lookBegins(): Promise<void>;
  /** Where the ebuild repositories are, as the last look learnt. */
  repositoriesAre(locations: readonly string[]): Promise<void>;
  run(signal: AbortSignal): Promise<void>;
}

export function watchSystem({ root, limits, ask, clock }: WatchParts): SystemWatch {
  let places: readonly string[] = [];
  let memory: WatchMemory | undefined;
  const poll = async (): Promise<void> => {
    const before = memory;
    const print = await readSystemPrint(root, places);
    if (!before || before !== memory) return;
    const isPortageBusy = isPending(before, print) && (await isEmergeRunning(root));
    if (before !== memory) return;
    const judged = judgePoll(before, { print, nowMs: clock.monotonicMs(), settleMs: limits.settleMs, isPortageBusy });
    memory = judged.memory;
    if (judged.reason !== '') ask(judged.reason);
  };
  return {
    lookBegins: async () => {
      memory = watchFrom(await readSystemPrint(root, places), clock.monotonicMs());
    },
    repositoriesAre: async (locations) => {
      if (locations.join('\n') === places.join('\n')) return;
      places = locations;
      const print = await readSystemPrint(root, places);
      if (memory) memory = { ...memory, seen: { ...memory.seen, repositories: print.repositories }, last: print };
    },
    run: async (signal) => {
      while (!signal.aborted && limits.pollMs > 0) {
        await clock.sleep(limits.pollMs, signal);
        if (!signal.aborted) await poll();
      }
    },
  };
}
