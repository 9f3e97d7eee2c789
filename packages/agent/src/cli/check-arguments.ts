import { nearestWord, ownArguments, switchWithValue } from '@binhost/shared/config';
import { readyFdOf } from './run-arguments.ts';

/** Every command; commands.ts adds them in this order. */
export const COMMANDS = ['run', 'status', 'report', 'parse', 'wait', 'why', 'log', 'join', 'leave'] as const;

/** What stands behind each option that takes a value. */
const VALUES: Record<string, string> = {
  config: 'a file',
  'ready-fd': 'a descriptor',
  reason: 'a reason',
  timeout: 'a duration',
};

/** Options without a value; the argument parser would read `--json=maybe` as no. */
const SWITCH_WITH_VALUE = /^--?(json|dry-run|dryRun|yes|y|follow|f|help|version)=/;

/**
 * What is wrong with arguments before they are parsed: the first word is no command, or a switch has a value.
 *
 * @returns one sentence; undefined: nothing is wrong so far
 */
export function wrongArguments(args: readonly string[]): string | undefined {
  return switchWithValue(args, SWITCH_WITH_VALUE) ?? wrongStart(ownArguments(args));
}

/** Only --config, --help and --version may stand before the command. */
function wrongStart(args: readonly string[]): string | undefined {
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '--config') at++;
    else if (/^--(help|version)$/.test(arg)) return undefined;
    else if (arg.startsWith('-') && !arg.startsWith('--config=')) return `expected a command first, got '${arg}'`;
    else if (!arg.startsWith('-')) return wrongCommand(arg);
  }
  return undefined;
}

function wrongCommand(word: string): string | undefined {
  if (word === 'help' || COMMANDS.some((command) => command === word)) return undefined;
  const nearest = nearestWord(word, [...COMMANDS]);
  return `'${word}' is no command: ${nearest ? `did you mean ${nearest}?` : `expected one of ${COMMANDS.join(', ')}`}`;
}

/** What is wrong with the values of options. @returns one sentence; undefined: nothing */
export function wrongValues(values: Record<string, unknown>): string | undefined {
  for (const [option, noun] of Object.entries(VALUES)) {
    const value = values[option];
    if (Array.isArray(value)) return `expected --${option} once, got it ${value.length} times`;
    if (value === '') return `expected ${noun} after --${option}`;
  }
  const readyFd = values['ready-fd'];
  if (typeof readyFd === 'string' && readyFdOf(readyFd) === undefined) {
    return `expected a descriptor after --ready-fd, got '${readyFd}'`;
  }
  return undefined;
}

/** A message of the argument parser as one sentence in our words. */
export function sentenceOf(message: string): string {
  const line = message.split('\n')[0] ?? '';
  const [, option] = /^Not enough arguments following: (\S+)$/.exec(line) ?? [];
  if (option !== undefined && VALUES[option]) return `expected ${VALUES[option]} after --${option}`;
  return `${line.charAt(0).toLowerCase()}${line.slice(1)}`;
}
