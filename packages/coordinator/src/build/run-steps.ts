import type { Clock } from '@binhost/shared/time';
import type { BuildJob } from '../queue/build-job.ts';
import type { BuildStep } from './build-command.ts';
import type { BuildFailure } from './build-result.ts';
import { explainFailure } from './explain-failure.ts';
import { type RunLimits, type RunRequest, runBuild } from './run-build.ts';

export interface StepRun {
  job: BuildJob;
  steps: readonly BuildStep[];
  /** How each command is started: with a lower niceness, in a root of its own. */
  start: (step: BuildStep) => Pick<RunRequest, 'argv' | 'env' | 'gate'>;
  clock: Clock;
  signal: AbortSignal;
  onOutput: (chunk: Buffer) => void;
  limits?: RunLimits;
  onStart?: (pid: number) => void;
}

/** undefined: every command ended with 0. */
export type StepsOutcome = undefined | { failure: BuildFailure } | { machinery: string };

/** Runs the commands in their order up to the first that fails, and explains that one. */
export async function runSteps(run: StepRun): Promise<StepsOutcome> {
  const startedMs = run.clock.monotonicMs();
  for (const step of run.steps) {
    run.onOutput(Buffer.from(`\n>>> binhost: ${step.name}: ${step.argv.join(' ')}\n`));
    const outcome = await runBuild({ ...run, ...timeLeft(run, startedMs), ...run.start(step) });
    if (outcome.ended === 'exit' && outcome.exitCode === 0) continue;
    const why = explainFailure({ step: step.name, cpv: run.job.cpv, ...outcome });
    return why.kind === 'machinery' ? { machinery: why.text } : { failure: { ...why, kind: why.kind } };
  }
  return undefined;
}

/** The time limit is one for all commands together. */
function timeLeft({ limits, clock }: StepRun, startedMs: number): { limits?: RunLimits } {
  if (!limits) return {};
  const spentMs = clock.monotonicMs() - startedMs;
  return { limits: { ...limits, timeLimitMs: Math.max(0, limits.timeLimitMs - spentMs) } };
}
