/**
 * The pretend run of a look, as argv and environment. Pure; run-pretend.ts runs it.
 *
 * `--color=n --nospinner` and the C.UTF-8 locale give lines that can be parsed whatever the node's own settings are;
 * `USE_EXPAND_HIDDEN=-*` makes Portage print every USE_EXPAND group, which it otherwise shows only where one changed,
 * so that two nodes that want the same binary print the same enabled flags.
 */
export interface PretendCommand {
  argv: string[];
  env: Record<string, string>;
}

/** @param keptOptions the options of EMERGE_DEFAULT_OPTS that change the result, from default-options.ts */
export function pretendCommand(emerge: readonly string[], keptOptions: readonly string[]): PretendCommand {
  return {
    argv: [...emerge, '--ignore-default-opts', ...keptOptions, '--color=n', '--nospinner', '-gpvuDN', 'world'],
    env: PORTAGE_ENVIRONMENT,
  };
}

/** What every call of Portage gets on top of the agent's own environment. */
export const PORTAGE_ENVIRONMENT: Record<string, string> = {
  LC_ALL: 'C.UTF-8',
  TERM: 'dumb',
  NOCOLOR: 'true',
  NO_COLOR: '1',
  USE_EXPAND_HIDDEN: '-*',
};
