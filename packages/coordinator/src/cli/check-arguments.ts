import { ownArguments, switchWithValue } from '@binhost/shared/config';
import { LOG_LEVELS } from '../config/coordinator-config.ts';

/**
 * What stands behind each option that takes one value; empty: the value may be empty. `--state` takes several, and looks at
 * them itself.
 */
const VALUES: Record<string, string> = {
  config: 'a file',
  'log-level': 'a level',
  url: 'an address',
  pool: 'a pool',
  keep: 'a duration',
  ttl: 'a duration',
  name: 'a name',
  role: 'a role',
  node: 'a node',
  use: '',
  reason: '',
};

/** Options without a value; the argument parser would read `--all=maybe` as no. */
const SWITCH_WITH_VALUE = /^--?((no-)?(all|audit|json|wait)|dry-run|dryRun|follow|f|parent-pipe|help|version)=/;

/**
 * What is wrong with arguments before they are parsed: a switch has a value, or an option stands where the command should.
 *
 * @returns one sentence; undefined: nothing is wrong so far
 */
export function wrongArguments(args: readonly string[]): string | undefined {
  return switchWithValue(args, SWITCH_WITH_VALUE) ?? wrongStart(ownArguments(args));
}

/** Only the options of every command may stand before it. */
function wrongStart(args: readonly string[]): string | undefined {
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (!arg.startsWith('-') || /^--(help|version)$/.test(arg)) return undefined;
    if (/^--(config|log-level|url)$/.test(arg)) at++;
    else if (!/^--(config|log-level|url)=/.test(arg)) return `expected a command first, got '${arg}'`;
  }
  return undefined;
}

/** What is wrong with the values of options. @returns one sentence; undefined: nothing */
export function wrongValues(values: Record<string, unknown>): string | undefined {
  for (const [option, noun] of Object.entries(VALUES)) {
    const value = values[option];
    if (Array.isArray(value)) return `expected --${option} once, got it ${value.length} times`;
    if (value === '' && noun !== '') return `expected ${noun} after --${option}, got ''`;
  }
  const level = values['log-level'];
  if (typeof level !== 'string' || LOG_LEVELS.some((known) => known === level)) return undefined;
  return `--log-level: expected one of ${LOG_LEVELS.join(', ')}, got '${level}'`;
}
