import type { CommandModule } from 'yargs';
import { buildNumber } from './arguments.ts';
import { type CommandContext, type GlobalArguments, printLog, viewClient } from './command-context.ts';

type LogArguments = GlobalArguments & { build: number; follow: boolean };

export function logCommand(context: CommandContext): CommandModule<GlobalArguments, LogArguments> {
  return {
    command: 'log <build>',
    describe: "Print the log of a build's newest attempt",
    builder: (yargs) =>
      yargs
        .positional('build', { type: 'string', coerce: buildNumber, demandOption: true, describe: 'Number of a build' })
        .option('follow', { alias: 'f', type: 'boolean', default: false, describe: 'Go on until the attempt ends' })
        .example('$0 log 12', 'what Portage printed')
        .example('$0 log 12 -f', 'watch it'),
    handler: async (args) => {
      const path = `/api/builds/${args.build}/log${args.follow ? '?follow=1' : ''}`;
      try {
        await printLog(context, await viewClient(context, args).stream(path));
      } catch (error) {
        // Ctrl-C is how a person ends --follow.
        if (!context.signal.aborted) throw error;
      }
    },
  };
}
