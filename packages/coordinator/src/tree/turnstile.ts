/**
 * Lets at most `places` of the given tasks run at a time; the others wait in their order.
 */
export function makeTurnstile(places: number): <T>(task: () => Promise<T>) => Promise<T> {
  let free = places;
  const waiting: (() => void)[] = [];

  return async (task) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free--;
    try {
      return await task();
    } finally {
      // the place goes straight to the next one, so that no newcomer overtakes
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
