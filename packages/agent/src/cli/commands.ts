import yargs, { type Argv } from 'yargs';
import { JOIN_STEPS } from '../join/join-step-names.ts';
import { sentenceOf, wrongArguments, wrongValues } from './check-arguments.ts';
import { type CommandContext, EXIT } from './command-context.ts';
import { readyFdOf } from './run-arguments.ts';

/**
 * The list of commands; each is loaded when it is asked for. Wrong use of any: one sentence on stderr and exit status 2.
 *
 * @returns the exit status
 */
export async function runCommandLine(args: readonly string[], context: CommandContext): Promise<number> {
  let status: number = EXIT.done;
  const finish = async (result: Promise<number>): Promise<void> => {
    status = await result;
  };
  const parser = addCommands(yargs(), context, finish)
    .scriptName('binhost-agent')
    .version(context.version)
    .option('config', { type: 'string', requiresArg: true, describe: 'Configuration file', global: true })
    .example('$0 status', 'What this node waits for, and why')
    .example('$0 report', 'Look at Portage now and tell the coordinator')
    .epilogue('Exit status: 0 done, 1 it did not work or something waits, 2 wrong use, 3 the agent does not run.')
    .strict()
    .demandCommand(1, 'expected a command')
    .check((values) => wrongValues(values) ?? true, true)
    .exitProcess(false)
    .showHelpOnFail(false)
    .wrap(100)
    .fail((message, error) => {
      // Thrown, since yargs would otherwise run the command all the same.
      throw message ? new WrongUse(message) : error;
    });
  try {
    const wrong = wrongArguments(args);
    if (wrong) throw new WrongUse(wrong);
    const text = await parse(parser, args);
    if (text) context.print(`${text}\n`);
    return status;
  } catch (error) {
    if (!(error instanceof WrongUse)) throw error;
    context.warn(`binhost-agent: ${sentenceOf(error.message)}\n  See binhost-agent --help.\n`);
    return EXIT.wrongUse;
  }
}

/** What the arguments lack, or have too much; never leaves this file. */
class WrongUse extends Error {}

/** @returns what yargs would print: help or version */
function parse(parser: Argv, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const done = parser.parseAsync([...args], {}, (_error, _argv, output) => resolve(output));
    done.then(() => resolve(''), reject);
  });
}

type Finish = (result: Promise<number>) => Promise<void>;

function addCommands(parser: Argv, context: CommandContext, finish: Finish): Argv {
  return [addRun, addStatus, addReport, addParse, addWait, addWhy, addLog, addJoin, addLeave].reduce(
    (built, add) => add(built, context, finish),
    parser,
  );
}

function addRun(parser: Argv, context: CommandContext, finish: Finish): Argv {
  return parser.command(
    'run',
    'Run the agent in the foreground',
    (command) =>
      command
        .option('ready-fd', {
          type: 'string',
          requiresArg: true,
          describe: 'Write a line end to this descriptor once ready',
        })
        .example('$0 run --config ./agent.toml', 'With a configuration of your own')
        .epilogue('Ends by SIGTERM or SIGINT with exit status 0.'),
    async (args) => {
      const { runCommand } = await import('./run-command.ts');
      await finish(runCommand({ config: text(args['config']), readyFd: readyFdOf(args['ready-fd']) }, context));
    },
  );
}

function addStatus(parser: Argv, context: CommandContext, finish: Finish): Argv {
  return parser.command(
    'status',
    'Show what this node waits for, and why',
    (command) =>
      command
        .option('json', JSON_OPTION)
        .example('$0 status --json', 'For programs')
        .epilogue(
          'Exit status: 0 all is well and every wish is ready or excluded, 1 something waits, failed or is not known yet, 3 the agent does not run.',
        ),
    async (args) => {
      const { statusCommand } = await import('./status-command.ts');
      await finish(statusCommand({ config: text(args['config']), json: args.json }, context));
    },
  );
}

function addReport(parser: Argv, context: CommandContext, finish: Finish): Argv {
  return parser.command(
    'report',
    'Have the running agent look at Portage now',
    (command) =>
      command
        .option('reason', {
          type: 'string',
          requiresArg: true,
          default: 'asked on this node',
          describe: 'Why, for the log and status',
        })
        .option('dry-run', {
          type: 'boolean',
          default: false,
          describe: 'Look here, show what would be sent, tell nobody',
        })
        .option('json', JSON_OPTION)
        .example('$0 report', 'For a hook in /etc/portage/postsync.d')
        .example('$0 report --dry-run --json', 'The very report')
        .epilogue('Exit status of a dry run: 0 the list is whole, 1 it is not (its problems say why).'),
    async (args) => {
      const { reportCommand } = await import('./report-command.ts');
      await finish(
        reportCommand(
          { config: text(args['config']), json: args.json, dryRun: args.dryRun, reason: args.reason },
          context,
        ),
      );
    },
  );
}

function addParse(parser: Argv, context: CommandContext, finish: Finish): Argv {
  return parser.command(
    'parse [files..]',
    "Read emerge's output from files, or from stdin",
    (command) =>
      command
        .positional('files', { type: 'string', array: true, default: [] as string[], describe: 'Output of emerge -pv' })
        .option('json', JSON_OPTION)
        .example('emerge -gpvuDN world 2>&1 | $0 parse --json', 'One JSON document per line and file')
        .epilogue('Exit status: 0 every list is whole, 1 one is not (its problems say why).'),
    async (args) => {
      const { parseCommand } = await import('./parse-command.ts');
      await finish(parseCommand({ files: args.files, json: args.json }, context));
    },
  );
}

function addWait(parser: Argv, context: CommandContext, finish: Finish): Argv {
  return parser.command(
    'wait [atoms..]',
    'Wait until packages are ready',
    (command) =>
      command
        .positional('atoms', { type: 'string', array: true, default: [] as string[], describe: 'Packages; none: all' })
        .option('timeout', { type: 'string', requiresArg: true, default: '30m', describe: 'Wait no longer than this' })
        .option('json', JSON_OPTION)
        .example('$0 wait && emerge -guDN world', 'Update without compiling')
        .example('$0 wait net-dns/dnsmasq --timeout 2h', 'One package')
        .epilogue(
          'Exit status: 0 all are ready, 1 the time ran out or one cannot become ready by itself (refused, unbuildable, excluded, build failed). Without packages, excluded ones do not count.',
        ),
    async (args) => {
      const { waitCommand } = await import('./wait-command.ts');
      const { atoms, timeout, json } = args;
      await finish(waitCommand({ config: text(args['config']), atoms, timeout, json }, context));
    },
  );
}

function addWhy(parser: Argv, context: CommandContext, finish: Finish): Argv {
  return parser.command(
    'why <atom>',
    'Say all that is known of one package',
    (command) =>
      command
        .positional('atom', { type: 'string', demandOption: true, describe: 'category/name, or with a version' })
        .option('json', JSON_OPTION)
        .example('$0 why net-dns/dnsmasq', 'Its wish, its build, what Portage said, what to do')
        .epilogue('Exit status: 0 there is a wish or the last look names it, 1 neither.'),
    async (args) => {
      const { whyCommand } = await import('./why-command.ts');
      await finish(whyCommand({ config: text(args['config']), atom: args.atom, json: args.json }, context));
    },
  );
}

function addLog(parser: Argv, context: CommandContext, finish: Finish): Argv {
  return parser.command(
    'log <atom>',
    "Show the binhost's log of a package's build",
    (command) =>
      command
        .positional('atom', { type: 'string', demandOption: true, describe: 'category/name, or with a version' })
        .option('follow', { type: 'boolean', alias: 'f', default: false, describe: 'Go on while it is built' })
        .example('$0 log -f net-dns/dnsmasq', 'Watch it being built'),
    async (args) => {
      const { logCommand } = await import('./log-command.ts');
      await finish(logCommand({ config: text(args['config']), atom: args.atom, follow: args.follow }, context));
    },
  );
}

function addJoin(parser: Argv, context: CommandContext, finish: Finish): Argv {
  return parser.command(
    'join <token>',
    'Make this machine a node of a binhost',
    (command) =>
      command
        .positional('token', {
          type: 'string',
          demandOption: true,
          describe: 'What binhost-coordinator token create printed on the binhost',
        })
        .option('dry-run', DRY_RUN_OPTION)
        .option('yes', YES_OPTION)
        .option('skip', {
          type: 'string',
          array: true,
          requiresArg: true,
          default: [] as string[],
          choices: JOIN_STEPS,
          describe: 'A step that is left out',
        })
        .example('$0 join TOKEN --dry-run', 'See what would change')
        .example('$0 join TOKEN --yes', 'Do it without asking')
        .epilogue(
          'The same line again goes on where the last one stopped. Exit status: 0 it is a node and that is proven.',
        ),
    async (args) => {
      const { joinCommand } = await import('./join-command.ts');
      const { token, dryRun, yes, skip } = args;
      const steps = JOIN_STEPS.filter((step) => skip.includes(step));
      await finish(joinCommand({ config: text(args['config']), token, dryRun, yes, skip: steps }, context));
    },
  );
}

function addLeave(parser: Argv, context: CommandContext, finish: Finish): Argv {
  return parser.command(
    'leave',
    'Undo what join did on this machine, and tell the coordinator',
    (command) =>
      command
        .option('dry-run', DRY_RUN_OPTION)
        .option('yes', YES_OPTION)
        .example('$0 leave --dry-run', 'See what would change'),
    async (args) => {
      const { leaveCommand } = await import('./leave-command.ts');
      await finish(leaveCommand({ config: text(args['config']), dryRun: args.dryRun, yes: args.yes }, context));
    },
  );
}

const DRY_RUN_OPTION = { type: 'boolean', default: false, describe: 'Show what would change, change nothing' } as const;
const YES_OPTION = { type: 'boolean', alias: 'y', default: false, describe: 'Do not ask' } as const;
const JSON_OPTION = { type: 'boolean', default: false, describe: 'Print JSON' } as const;

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
