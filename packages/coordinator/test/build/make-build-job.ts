import type { BoundDependency, BuildJob } from '../../src/queue/build-job.ts';

/** A whole, valid job of which a test overrides what it is about. */
export function makeBuildJob(overrides: Partial<BuildJob> = {}): BuildJob {
  return {
    buildId: 1,
    attemptId: 1,
    attemptNumber: 1,
    leaseToken: '00000000-0000-4000-8000-000000000000',
    pool: 'default',
    cpv: 'sys-fs/fuse-2.6.1',
    slot: '0',
    subslot: '0',
    repository: 'gentoo',
    useEnabled: [],
    useDisabled: [],
    bindings: [],
    face: [],
    variantKey: '0'.repeat(32),
    logPath: '1.log',
    pauseMs: 0,
    ...overrides,
  };
}

export function makeBoundDependency(overrides: Partial<BoundDependency> = {}): BoundDependency {
  return {
    cp: 'dev-libs/libfoo',
    slot: '0',
    subslot: '1',
    cpv: 'dev-libs/libfoo-1.0',
    repository: 'gentoo',
    useEnabled: [],
    ...overrides,
  };
}
