/** What a command gets from its process; main.ts fills it. */
export interface CommandContext {
  env: Record<string, string | undefined>;
  version: string;
  /** Aborted by SIGTERM and SIGINT. */
  signal: AbortSignal;
  /** A number in [0, 1). */
  random: () => number;
  /** Writes to stdout. */
  print: (text: string) => void;
  /** Asks the person at the terminal. @returns undefined where there is none */
  askYesNo: (question: string) => Promise<boolean | undefined>;
  /** Writes to stderr. */
  warn: (text: string) => void;
}

/**
 * Exit statuses, the same for every command. `status` and `parse` say in their help what 0 and 1 mean for them.
 */
export const EXIT = {
  done: 0,
  /** It did not work, or something waits or failed. */
  failed: 1,
  /** Wrong use: an unknown command or option, a wrong configuration. */
  wrongUse: 2,
  /** The agent does not run, or this user may not ask it. */
  notRunning: 3,
} as const;

export interface ConfigOption {
  /** --config */
  config?: string | undefined;
}
