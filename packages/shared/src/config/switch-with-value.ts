/**
 * Looks for a switch that was given a value: the argument parser would read `--json=maybe` as no. What stands behind `--` is
 * not ours.
 *
 * @param switches matches an argument that begins with a switch and `=`
 * @returns one sentence; undefined: there is none
 */
export function switchWithValue(args: readonly string[], switches: RegExp): string | undefined {
  const found = ownArguments(args).find((arg) => switches.test(arg));
  return found && `expected ${found.replace(/=.*$/s, '')} without a value, got '${found}'`;
}

/** The arguments in front of `--`. */
export function ownArguments(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  return end < 0 ? args : args.slice(0, end);
}
