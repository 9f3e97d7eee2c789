import type { FailureKind } from '../queue/build-state.ts';

/**
 * How an attempt ended, three-valued: it worked, the package (its sources, its configuration) is at fault, or our machinery is.
 * `record` keeps what the attempt was made with: argv of each step, the face, what autounmask added.
 */
export type BuildResult =
  | { outcome: 'built'; record: BuildRecord }
  | { outcome: 'failed'; failure: BuildFailure; record: BuildRecord }
  | { outcome: 'aborted'; text: string; record: BuildRecord };

export type BuildRecord = Record<string, unknown>;

export interface BuildFailure {
  kind: Exclude<FailureKind, 'machinery'>;
  /** One sentence for a person. */
  text: string;
  /** Ebuild phase that failed, where one did. */
  phase?: string;
  /** A root of its own, where dependencies are merged, would not have stopped here. */
  overlayHelps?: boolean;
  /** Trying again by itself will not help. */
  needsPerson?: boolean;
}
