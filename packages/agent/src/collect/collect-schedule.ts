/**
 * When the next look is due. Pure: all times are milliseconds on the monotonic clock, passed in.
 *
 * A look is due at its regular time, at once when somebody asked, and after notices of published packages either when none
 * came for `gatherMs`, or when nothing more is building for this node, or at the latest `longestMs` after the first.
 */
export interface LookSchedule {
  regularAtMs: number;
  /** Why somebody asked for a look; empty: nobody did. */
  asks: string[];
  /** Notices that no look has seen yet; null: none. */
  notices: { firstMs: number; lastMs: number; nothingElseIsBuilding: boolean } | null;
}

export interface NoticeLimits {
  gatherMs: number;
  longestMs: number;
}

export interface DueLook {
  atMs: number;
  /** For the log and `status`. */
  reason: string;
}

/** The schedule behind a look that just ended (or at start, with `nowMs` and no interval). */
export function scheduleAfterLook(nowMs: number, pauseMs: number): LookSchedule {
  return { regularAtMs: nowMs + pauseMs, asks: [], notices: null };
}

export interface PauseLimits {
  intervalMs: number;
  jitterMs: number;
  retryMs: number;
}

/**
 * @param retrySoon the look lacked something that may be there in a while
 * @param random in [0, 1)
 */
export function lookPauseMs(limits: PauseLimits, retrySoon: boolean, random: number): number {
  const regularMs = limits.intervalMs + random * limits.jitterMs;
  return Math.round(retrySoon ? Math.min(regularMs, limits.retryMs * (0.5 + random)) : regularMs);
}

export function withAsk(schedule: LookSchedule, reason: string): LookSchedule {
  return { ...schedule, asks: schedule.asks.includes(reason) ? schedule.asks : [...schedule.asks, reason] };
}

export function withNotice(schedule: LookSchedule, notice: { nowMs: number; stillBuilding: number }): LookSchedule {
  const { nowMs } = notice;
  return {
    ...schedule,
    notices: {
      firstMs: schedule.notices?.firstMs ?? nowMs,
      lastMs: nowMs,
      nothingElseIsBuilding: notice.stillBuilding === 0,
    },
  };
}

export function dueLook(schedule: LookSchedule, limits: NoticeLimits): DueLook {
  if (schedule.asks.length > 0) return { atMs: 0, reason: schedule.asks.join('; ') };
  const regular = { atMs: schedule.regularAtMs, reason: 'on schedule' };
  if (!schedule.notices) return regular;
  const afterNotice = { atMs: noticeDueMs(schedule.notices, limits), reason: 'packages were published' };
  return afterNotice.atMs < regular.atMs ? afterNotice : regular;
}

function noticeDueMs(notices: NonNullable<LookSchedule['notices']>, limits: NoticeLimits): number {
  if (notices.nothingElseIsBuilding) return notices.lastMs;
  return Math.min(notices.lastMs + limits.gatherMs, notices.firstMs + limits.longestMs);
}
