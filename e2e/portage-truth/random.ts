/** Reproducible choices: the same seed makes the same world on every machine. */
export interface Random {
  /** A whole number, both ends included. */
  between(low: number, high: number): number;
  /** True in `share` of the cases, 0…1. */
  chance(share: number): boolean;
  pick<T>(choices: readonly T[]): T;
  /** Each choice with the chance `share`, in their order. */
  some<T>(choices: readonly T[], share: number): T[];
  shuffle<T>(choices: readonly T[]): T[];
}

/** @param seed a whole number; only its lower 32 bits count */
export function makeRandom(seed: number): Random {
  let state = seed >>> 0;
  // xorshift32 stays at 0 for ever; the multiplication spreads neighbouring seeds
  state = Math.imul(state ^ 0x9e3779b9, 0x85ebca6b) >>> 0 || 1;
  const fraction = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  for (let warmUp = 0; warmUp < 8; warmUp += 1) fraction();
  const between = (low: number, high: number): number => low + Math.floor(fraction() * (high - low + 1));
  const chance = (share: number): boolean => fraction() < share;
  const pick = <T>(choices: readonly T[]): T => choices[between(0, choices.length - 1)] as T;
  const some = <T>(choices: readonly T[], share: number): T[] => choices.filter(() => chance(share));
  const shuffle = <T>(choices: readonly T[]): T[] =>
    choices
      .map((choice) => ({ choice, at: fraction() }))
      .sort((a, b) => a.at - b.at)
      .map(({ choice }) => choice);
  return { between, chance, pick, some, shuffle };
}
