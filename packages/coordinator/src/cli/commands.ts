import type { BinhostError } from '@binhost/shared/errors';
import yargs from 'yargs';
import { VERSION } from '../config/version.ts';
import { coordinatorError } from '../coordinator-errors.ts';
import { buildCommand } from './build-command.ts';
import { buildDeedCommands, holdCommand } from './build-deed-commands.ts';
import { buildInRootCommand } from './build-in-root-command.ts';
import { builderCommand } from './builder-command.ts';
import { buildsCommand } from './builds-command.ts';
import { wrongArguments, wrongValues } from './check-arguments.ts';
import type { CommandContext, CommandYargs } from './command-context.ts';
import { demandCommand } from './demand-command.ts';
import { gcCommand } from './gc-command.ts';
import { importCommand } from './import-command.ts';
import { keyCommand } from './key-command.ts';
import { logCommand } from './log-command.ts';
import { nodeCommand } from './node-command.ts';
import { nodesCommand } from './nodes-command.ts';
import { policyCommand } from './policy-command.ts';
import { publisherCommand } from './publisher-command.ts';
import { serveCommand } from './serve-command.ts';
import { statusCommand } from './status-command.ts';
import { syncCommand } from './sync-command.ts';
import { tokenCommand } from './token-command.ts';
import { whyCommand } from './why-command.ts';

const EXIT_CODES = `Exit codes: 0 done, 1 failed, 2 wrong use or configuration, 3 no coordinator answers, 70 a mistake of this program.
Settings: /etc/binhost-coordinator/coordinator.toml; every key also as BINHOST_COORDINATOR_… in the environment.
Elsewhere than on the binhost: --url, with the personal token in client.tokenFile or BINHOST_COORDINATOR_TOKEN.`;

/**
 * Runs one command to its end.
 *
 * @param argv arguments behind the program's name
 * @throws WRONG_USE and whatever the command throws
 */
export async function runCommand(argv: string[], context: CommandContext): Promise<void> {
  const wrong = wrongArguments(argv);
  if (wrong !== undefined) throw wrongUse(wrong);
  await program(argv)
    .command(serveCommand(context))
    .command(builderCommand(context))
    .command(publisherCommand(context))
    .command(statusCommand(context))
    .command(nodesCommand(context))
    .command(demandCommand(context))
    .command(buildsCommand(context))
    .command(logCommand(context))
    .command(whyCommand(context))
    .command(buildCommand(context))
    .command(buildDeedCommands(context) as never)
    .command(holdCommand(context))
    .command(policyCommand(context))
    .command(syncCommand(context))
    .command(importCommand(context))
    .command(keyCommand(context))
    .command(gcCommand(context))
    .command(tokenCommand(context))
    .command(nodeCommand(context))
    .command(buildInRootCommand)
    .parseAsync();
}

function program(argv: string[]): CommandYargs {
  return yargs(argv)
    .scriptName('binhost-coordinator')
    .locale('en')
    .parserConfiguration({ 'duplicate-arguments-array': true, 'parse-positional-numbers': false })
    .usage('$0 COMMAND\n\nMerges what all nodes wish for, builds it once, signs and publishes it.')
    .option('config', { type: 'string', requiresArg: true, describe: 'Configuration file' })
    .option('log-level', {
      type: 'string',
      requiresArg: true,
      describe: 'How much is logged: debug, info, warn or error',
    })
    .option('url', {
      type: 'string',
      requiresArg: true,
      describe: 'Ask the coordinator there, with a personal token (client.url)',
    })
    .epilogue(EXIT_CODES)
    .demandCommand(1, 'expected a command')
    .strictCommands()
    .strict()
    .check((values) => wrongValues(values) ?? true, true)
    .version(VERSION)
    .help()
    .exitProcess(false)
    .showHelpOnFail(false)
    .wrap(110)
    .fail((message: string | null, error: unknown) => {
      // What a check of ours says comes as a string in both places.
      throw error instanceof Error && error.name !== 'YError' ? error : wrongUse(message ?? '');
    });
}

/** yargs's message → one sentence and where to read on. */
function wrongUse(message: string): BinhostError {
  return coordinatorError('WRONG_USE', sentenceOf(message.replace(/\s*\n\s*/g, ' ').trim()), {
    hint: 'See binhost-coordinator --help, or binhost-coordinator COMMAND --help.',
  });
}

/** Messages of yargs that speak its own language, in ours. */
function sentenceOf(message: string): string {
  if (message.startsWith('Not enough non-option arguments')) return 'expected one more argument';
  const [, option] = /^Not enough arguments following: (.+)$/.exec(message) ?? [];
  if (option) return `expected a value after --${option}`;
  const [, words] = /^Unknown (?:arguments?|commands?): (.+)$/.exec(message) ?? [];
  if (words) return `expected a known command or option, got '${words}'`;
  return message.charAt(0).toLowerCase() + message.slice(1);
}
