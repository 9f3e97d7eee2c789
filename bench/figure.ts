/** One figure: our work beside a baseline, both timed in turn in this run, because machines differ and drift. */
export interface Figure {
  name: string;
  /** Median of ours. */
  value: number;
  unit: 'ms';
  /** Median of the baseline. */
  baseline: number;
  /** Median of the ratios pair by pair: below 1 is faster than the baseline. */
  ratio: number;
}

/** Times two pieces of work in turn, A B A B …, after one warm-up of each. */
export function compare(name: string, rounds: number, ours: () => unknown, baseline: () => unknown): Figure {
  timeMs(ours);
  timeMs(baseline);
  const pairs = Array.from({ length: rounds }, () => ({ ours: timeMs(ours), baseline: timeMs(baseline) }));
  return {
    name,
    value: round(median(pairs.map((pair) => pair.ours))),
    unit: 'ms',
    baseline: round(median(pairs.map((pair) => pair.baseline))),
    ratio: round(median(pairs.map((pair) => pair.ours / pair.baseline))),
  };
}

function timeMs(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
