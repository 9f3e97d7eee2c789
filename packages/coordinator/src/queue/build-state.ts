import { BUILD_STATES, type BuildState } from '@binhost/shared/protocol';

/**
 * The states of a build, and the only moves between them.
 *
 * blocked      waits until the builds that it needs are published, or have ended otherwise (build_dependencies).
 * queued       may be claimed once its not-before has passed and no other variant of its package runs in the pool.
 * held         waits for a person before building. Approved while it still needs others, it goes on to blocked.
 * leased       a builder has claimed it and prepares; the lease must be renewed.
 * building     the builder runs Portage for it; the lease must be renewed.
 * built        the attempt's files lie in staging/ATTEMPT; waits for a publisher.
 * quarantined  built, waits for a person before publishing.
 * publishing   a publisher checks, signs and publishes it.
 * published    its variant stands in the index. The end.
 * failed       the package does not build, or its sources or configuration stop it (failure_kind). Live: nobody tries
 *              again until someone asks, and no second build of the variant is planned.
 * aborted      our machinery failed or lost the lease; goes back to queued with a later not-before, in the same transaction,
 *              so that no crash can leave it here; after too many in a row the build is failed with kind machinery instead.
 * cancelled    a person ended it. The end.
 * superseded   nobody wishes for it any more, or its variant came as a by-product of another build. The end.
 */
export type BuildEvent =
  | 'dependencies-met'
  | 'dependency-added'
  | 'hold'
  | 'approve'
  | 'claim'
  | 'start'
  | 'hand-over'
  | 'quarantine'
  | 'fail'
  | 'abort'
  | 'requeue'
  | 'publish-begin'
  | 'publish-return'
  | 'publish-end'
  | 'cancel'
  | 'supersede'
  | 'retry';

export const BUILD_TRANSITIONS: Record<BuildState, Partial<Record<BuildEvent, BuildState>>> = {
  blocked: { 'dependencies-met': 'queued', hold: 'held', cancel: 'cancelled', supersede: 'superseded' },
  queued: {
    claim: 'leased',
    'dependency-added': 'blocked',
    hold: 'held',
    cancel: 'cancelled',
    supersede: 'superseded',
  },
  held: { approve: 'queued', cancel: 'cancelled', supersede: 'superseded' },
  leased: { start: 'building', fail: 'failed', abort: 'aborted', cancel: 'cancelled', supersede: 'superseded' },
  building: { 'hand-over': 'built', fail: 'failed', abort: 'aborted', cancel: 'cancelled', supersede: 'superseded' },
  built: { 'publish-begin': 'publishing', quarantine: 'quarantined', cancel: 'cancelled' },
  quarantined: { approve: 'built', cancel: 'cancelled', supersede: 'superseded' },
  publishing: {
    'publish-end': 'published',
    'publish-return': 'built',
    quarantine: 'quarantined',
    fail: 'failed',
    abort: 'aborted',
  },
  published: {},
  failed: { retry: 'queued', cancel: 'cancelled', supersede: 'superseded' },
  aborted: { requeue: 'queued', cancel: 'cancelled', supersede: 'superseded' },
  cancelled: {},
  superseded: {},
};

/** @returns the next state; undefined where the event is illegal in this state */
export function nextBuildState(state: BuildState, event: BuildEvent): BuildState | undefined {
  return BUILD_TRANSITIONS[state][event];
}

/** At most one build of a variant may be in one of these: the partial unique index that makes coalescing true. */
export const LIVE_BUILD_STATES: readonly BuildState[] = BUILD_STATES.filter(
  (state) => !['published', 'cancelled', 'superseded'].includes(state),
);

/** States that a builder's lease protects. */
export const LEASED_BUILD_STATES: readonly BuildState[] = ['leased', 'building'];

/** Why a build failed; `machinery` is never booked on the package. */
export const FAILURE_KINDS = ['package', 'fetch', 'config', 'machinery'] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];
