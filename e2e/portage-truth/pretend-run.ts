import type { World } from './world.ts';

/** The agent's pretend run (packages/agent, collect/pretend-command.ts); test/pretend-run.test.ts compares the two. */
export const PRETEND_ENVIRONMENT = {
  LC_ALL: 'C.UTF-8',
  TERM: 'dumb',
  NOCOLOR: 'true',
  NO_COLOR: '1',
  USE_EXPAND_HIDDEN: '-*',
} as const;

/** @returns argv behind the program's name */
export function pretendArguments({ keptOptions, list }: Pick<World, 'keptOptions' | 'list'>): string[] {
  return ['--ignore-default-opts', ...keptOptions, '--color=n', '--nospinner', ...list];
}
