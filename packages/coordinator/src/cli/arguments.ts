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
    throw coordinatorError('WRONG_USE', `--${option}: expected one of ${words.join(', ')}, got '${wrong ?? ''}'`);
  };
}
