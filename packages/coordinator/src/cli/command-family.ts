import type { Argv, CommandModule } from 'yargs';
import type { GlobalArguments } from './command-context.ts';

/** Commands that stand behind a word, such as `policy list`. */
export interface CommandFamily {
  word: string;
  describe: string;
  /** Adds every member, in the order of the help. */
  members: (yargs: Argv<GlobalArguments>) => Argv<GlobalArguments>;
  /** `list, set or remove` */
  expected: string;
  examples: [command: string, what: string][];
}

export function commandFamily(family: CommandFamily): CommandModule<GlobalArguments, GlobalArguments> {
  const { word, describe, members, expected, examples } = family;
  return {
    command: word,
    describe,
    builder: (yargs: Argv<GlobalArguments>) =>
      members(yargs).demandCommand(1, `expected ${expected} behind ${word}`).strict().example(examples),
    handler: () => {},
  };
}
