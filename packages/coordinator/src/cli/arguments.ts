import { parseDuration } from '@binhost/shared/time';
import { coordinatorError } from '../coordinator-errors.ts';

/** The number of a build as a person gives it. @throws WRONG_USE */
export function buildNumber(value: unknown): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  throw coordinatorError('WRONG_USE', `expected the number of a build, got '${String(value)}'`, {
    hint: 'binhost-coordinator builds lists them.',
  });
}

/** Words of a list, given one by one or parted by commas. @throws WRONG_USE naming the option and its words */
export function wordsOf<W extends string>(words: readonly W[], option: string): (value: unknown) => W[] | undefined {
  return (value) => {
    if (value === undefined) return undefined;
    const given = [value as string | string[]].flat().flatMap((text) => text.split(',').filter(Boolean));
    const wrong = given.find((word) => !words.includes(word as W));
    if (wrong === undefined && given.length > 0) return given as W[];
    throw coordinatorError('WRONG_USE', `--${option}: expected one of ${words.join(', ')}, got '${wrong ?? ''}'`, {
      hint: 'See binhost-coordinator COMMAND --help.',
    });
  };
}

/** The number of a policy as a person gives it. @throws WRONG_USE */
export function policyNumber(value: unknown): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  throw coordinatorError('WRONG_USE', `expected the number of a policy, got '${String(value)}'`, {
    hint: 'binhost-coordinator policy list lists them.',
  });
}

/** The number of a join token as a person gives it. @throws WRONG_USE */
function tokenNumber(value: unknown): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  throw coordinatorError('WRONG_USE', `expected the number of a join token, got '${String(value)}'`, {
    hint: 'binhost-coordinator token list lists them.',
  });
}

/** A join token by its number, or else a personal one by its name. @throws WRONG_USE */
export function tokenNumberOrName(value: unknown): number | string {
  return /^[A-Za-z_]/.test(String(value)) ? String(value) : tokenNumber(value);
}

/** A time such as 30d in milliseconds. @param option for the sentence @throws WRONG_USE */
export function durationOption(option: string): (value: string | undefined) => number | undefined {
  return (value) => {
    if (value === undefined) return undefined;
    const ms = parseDuration(value);
    if (ms !== undefined && ms >= 1000) return ms;
    throw coordinatorError('WRONG_USE', `${option}: expected a time such as 1h or 7d, got '${value}'`);
  };
}

/** One word of a list. @param what it is, for the sentence @throws WRONG_USE */
export function wordOf<W extends string>(words: readonly W[], what: string): (value: unknown) => W {
  return (value) => {
    const word = words.find((known) => known === value);
    if (word !== undefined) return word;
    throw coordinatorError('WRONG_USE', `${what}: expected one of ${words.join(', ')}, got '${String(value)}'`, {
      hint: 'See binhost-coordinator COMMAND --help.',
    });
  };
}

/** A build by its number, or else a package: `12`, `dev-libs/libfoo`. @throws WRONG_USE */
export function buildOrPackage(value: unknown): { build: number } | { atom: string } {
  const text = String(value);
  if (/^\d+$/.test(text)) return { build: buildNumber(text) };
  if (/^[^\s/-][^\s]*$/.test(text)) return { atom: text };
  throw coordinatorError(
    'WRONG_USE',
    `expected the number of a build, or a package such as dev-libs/libfoo, got '${text}'`,
    {
      hint: 'See binhost-coordinator builds, or binhost-coordinator demand.',
    },
  );
}
