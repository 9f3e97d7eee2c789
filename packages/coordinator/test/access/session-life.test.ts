import { expect, test } from 'vitest';
import { judgeSession, type SessionFacts } from '../../src/access/session-life.ts';

const limits = { sessionIdle: 1000, sessionMax: 100_000, sessionRotate: 500 };
const now = 1_000_000;
const fresh: SessionFacts = {
  createdAtMs: now,
  usedAtMs: now,
  rotatedAtMs: now,
  role: 'viewer',
  tokenRole: 'viewer',
  isPrevious: false,
};
const judge = (facts: Partial<SessionFacts>) => judgeSession({ ...fresh, ...facts }, now, limits);

test.each([
  ['holds', {}, 'live'],
  ['is ended after the idle time', { usedAtMs: now - 1001 }, 'ended'],
  ['is ended after the longest time, however busy', { createdAtMs: now - 100_001 }, 'ended'],
  ['gets a new value after a while', { rotatedAtMs: now - 501 }, 'rotate'],
  ['gets a new value with a new role', { tokenRole: 'admin' as const }, 'rotate'],
  ['holds with its former value for requests under way', { isPrevious: true, rotatedAtMs: now - 30_000 }, 'live'],
  ['is stolen where its former value comes later', { isPrevious: true, rotatedAtMs: now - 30_001 }, 'stolen'],
])('a session %s', (_what, facts, verdict) => {
  expect(judge(facts)).toBe(verdict);
});
