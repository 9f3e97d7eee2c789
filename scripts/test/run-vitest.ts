import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './run-program.ts';
import type { SectionContext, SectionResult } from './section.ts';

/** Runs one vitest project and reads back what the reporter counted. A run that counted nothing has failed. */
export async function runVitest(context: SectionContext, project: string, args: string[] = []): Promise<SectionResult> {
  const file = join(context.root, '.test-output', `${project}.json`);
  rmSync(file, { force: true });
  const argv = [
    'vitest',
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=./scripts/test/skip-reporter.ts',
    ...args,
  ];
  const status = await runProgram(context.root, argv, { ...process.env, TEST_RESULT_FILE: file });
  const result = readResult(file);
  if (!result || result.passed + result.failed + result.skips.length === 0) return { passed: 0, failed: 1, skips: [] };
  return status !== 0 && result.failed === 0 ? { ...result, failed: 1 } : result;
}

function readResult(file: string): SectionResult | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as SectionResult;
  } catch {
    return undefined;
  }
}
