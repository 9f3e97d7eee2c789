import type { Role } from './roles.ts';

/** What is known of a session whose cookie was shown; times in milliseconds since the epoch. */
export interface SessionFacts {
  createdAtMs: number;
  usedAtMs: number;
  rotatedAtMs: number;
  /** Its role at the last rotation, and the token's now. */
  role: Role;
  tokenRole: Role;
  /** The cookie holds the value before the last rotation. */
  isPrevious: boolean;
}

export interface SessionLimits {
  sessionIdle: number;
  sessionMax: number;
  sessionRotate: number;
}

/** How long after a rotation the former value is still taken: requests of a page overlap. */
const OVERLAP_MS = 30_000;

/** `ended`: log in again. `rotate`: it holds, and gets a new value. `stolen`: a value long replaced is shown again. Pure. */
export function judgeSession(facts: SessionFacts, nowMs: number, limits: SessionLimits) {
  if (nowMs - facts.createdAtMs > limits.sessionMax || nowMs - facts.usedAtMs > limits.sessionIdle) return 'ended';
  if (facts.isPrevious) return nowMs - facts.rotatedAtMs > OVERLAP_MS ? 'stolen' : 'live';
  if (facts.role !== facts.tokenRole || nowMs - facts.rotatedAtMs > limits.sessionRotate) return 'rotate';
  return 'live';
}
