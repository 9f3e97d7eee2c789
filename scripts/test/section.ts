/** One part of the test command and what came of it. */
export interface SectionResult {
  passed: number;
  failed: number;
  skips: Skip[];
}

export interface Skip {
  /** Which test, or which group of tests. */
  name: string;
  /** Why, and the line that would make it run. */
  reason: string;
}

export interface Section {
  name: string;
  /** Its share of the time, in minutes on two cores. */
  budgetMinutes: number;
  run(context: SectionContext): Promise<SectionResult>;
}

export interface SectionContext {
  root: string;
  /** Bounded forms are left out, long forms are run. */
  long: boolean;
  /** Debian's packages may be installed. */
  mayInstall: boolean;
}

export const nothing: SectionResult = { passed: 0, failed: 0, skips: [] };

export function add(a: SectionResult, b: SectionResult): SectionResult {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skips: [...a.skips, ...b.skips] };
}
