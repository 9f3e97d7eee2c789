import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import type { SectionResult } from './section.ts';

/** Counts a vitest run and keeps the reason of every skip, for the summary; the file's path comes in TEST_RESULT_FILE. */
export default class SkipReporter implements Reporter {
  readonly #result: SectionResult = { passed: 0, failed: 0, skips: [] };

  onTestCaseResult(testCase: TestCase): void {
    const result = testCase.result();
    if (result.state === 'passed') this.#result.passed += 1;
    else if (result.state === 'failed') this.#result.failed += 1;
    else if (result.state === 'skipped') {
      this.#result.skips.push({ name: testCase.fullName, reason: result.note ?? 'no reason was given' });
    }
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const brokenModules = modules.filter((module) => module.state() === 'failed' && module.errors().length > 0).length;
    this.#result.failed += brokenModules + errors.length;
    const file = process.env.TEST_RESULT_FILE;
    if (!file) return;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(this.#result));
  }
}
