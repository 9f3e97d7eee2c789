import type { FailureKind } from '../queue/build-state.ts';
import type { StepName } from './build-command.ts';

export interface EndedStep {
  step: StepName;
  /** The asked package. */
  cpv: string;
  ended: 'exit' | 'time-limit' | 'silence-limit' | 'stopped' | 'not-started';
  exitCode: number | undefined;
  /** The last output of the command, both streams. */
  tail: string;
}

export interface Explanation {
  kind: FailureKind;
  text: string;
  phase?: string;
}

export function explainFailure(ended: EndedStep): Explanation {
  return { kind: 'package', text: ended.tail.slice(-300) };
}
