import { type ProgramOutcome, type ProgramRun, runProgram } from '../programs/run-program.ts';
import type { PretendCommand } from './pretend-command.ts';

/**
 * Runs a look's pretend run. stdout holds the list, stderr the index's fetch errors and most problems: both are kept, apart.
 * A missing emerge, the time limit and signals are outcomes, not errors.
 */
export function runPretend(command: PretendCommand, limits: Omit<ProgramRun, 'argv' | 'env'>): Promise<ProgramOutcome> {
  return runProgram({ ...limits, argv: command.argv, env: command.env });
}
