import { exactAtom } from '../build/face.ts';
import type { Chore } from '../queue/chore-state.ts';
import type { WaitingBuild } from '../queue/chore-store.ts';

/** One command of a chore. */
export interface ChoreStep {
  /** What it is about, for the sentence that says what came of it. */
  name: string;
  argv: string[];
  /** Beside Portage's plain environment. */
  env: Record<string, string>;
}

/** What a chore needs to know of this machine's own configuration. Commands never come from the database: the builder is root. */
export interface ChoreCommands {
  syncCommand: readonly string[];
  emerge: readonly string[];
}

/** The commands of a chore; where one fails, the others are still run. Pure. */
export function choreSteps(
  { kind }: Pick<Chore, 'kind'>,
  { syncCommand, emerge }: ChoreCommands,
  waiting: readonly WaitingBuild[],
): ChoreStep[] {
  if (kind === 'sync') return [{ name: syncCommand.join(' '), argv: [...syncCommand], env: {} }];
  return waiting.map((build) => ({
    name: build.cpv,
    argv: [...emerge, '--ignore-default-opts', '--fetchonly', '--nodeps', '--oneshot', '--usepkg=n', exactAtom(build)],
    // The face of the node is written only into the build's own root: here the flags and keywords come along.
    env: {
      USE: [...build.useEnabled, ...build.useDisabled.map((flag) => `-${flag}`)].join(' '),
      ACCEPT_KEYWORDS: '**',
    },
  }));
}

/** What came of the steps, in one sentence. Pure. @param failed the names of those that failed, with how they ended */
export function choreResult(kind: Chore['kind'], steps: number, failed: readonly string[]): string {
  if (kind === 'sync')
    return failed[0] === undefined ? 'the repositories were synced' : `the sync failed: ${failed[0]}`;
  if (steps === 0) return 'no build waits, so there was nothing to fetch';
  if (failed.length === 0) return `the sources of ${steps} builds were fetched`;
  const named = failed.slice(0, 3).join(', ');
  return `the sources of ${failed.length} of ${steps} builds were not fetched: ${named}${failed.length > 3 ? ', …' : ''}`;
}
