import type { Binding } from '@binhost/shared/portage';

/** One package that the build root must show as the demanding node has it: a line of package.use. */
export interface FacePackage {
  cpv: string;
  repository: string;
  useEnabled: string[];
  useDisabled: string[];
}

/** A `:=` dependency and exactly what must stand in the root for it. */
export interface BoundDependency extends Binding {
  cpv: string;
  repository: string | null;
  useEnabled: string[];
}

/** Everything that a builder needs to know of one attempt: what claimBuild returns, and all that reaches the build root. */
export interface BuildJob {
  buildId: number;
  attemptId: number;
  attemptNumber: number;
  leaseToken: string;
  pool: string;
  cpv: string;
  slot: string;
  subslot: string;
  repository: string;
  useEnabled: string[];
  useDisabled: string[];
  bindings: BoundDependency[];
  face: FacePackage[];
  variantKey: string;
  /** Log file below the log directory, `ATTEMPT.log`. */
  logPath: string;
  /**
   * Milliseconds to wait before Portage is started: nodes order the builds of one version by whole seconds (BUILD_TIME), so
   * this one may not end in the second in which the one before it was handed over.
   */
  pauseMs: number;
}
