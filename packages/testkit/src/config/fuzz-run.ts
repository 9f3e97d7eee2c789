import { randomInt } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How one fuzzer runs: fast-check's parameters. */
export interface FuzzRun {
  seed: number;
  numRuns: number;
}

/**
 * A run with a seed of its own, which is printed: BINHOST_TEST_SEED repeats it, BINHOST_TEST_LONG=1 makes it fifty times as long.
 *
 * @param numRuns inputs of a short run, a few seconds' worth
 */
export function fuzzRun(name: string, numRuns: number): FuzzRun {
  const { BINHOST_TEST_SEED: given, BINHOST_TEST_LONG: isLong } = process.env;
  const run = { seed: given ? Number(given) : randomInt(2 ** 31), numRuns: isLong === '1' ? numRuns * 50 : numRuns };
  console.log(`fuzzing ${name}: ${run.numRuns} inputs, BINHOST_TEST_SEED=${run.seed}`);
  return run;
}

/** Bytes of the heap that are really in use, garbage collected. */
export function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}
