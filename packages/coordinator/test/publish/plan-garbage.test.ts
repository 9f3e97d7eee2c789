import { describe, expect, it } from 'vitest';
import { type GarbageCandidate, type GarbageQuestion, planGarbage } from '../../src/publish/plan-garbage.ts';

const NOW_MS = 1_767_225_600_000;
const DAY_MS = 86_400_000;
let made = 0;
const published = (cpv: string, overrides: Partial<GarbageCandidate> = {}): GarbageCandidate => {
  made += 1;
  return {
    id: made,
    cpv,
    slot: '0',
    path: `${cpv}-${made}.gpkg.tar`,
    size: 1000,
    variantKey: `key${made}`,
    buildTime: made,
    publishedAt: new Date(NOW_MS - 40 * DAY_MS),
    ...overrides,
  };
};
const pathsOf = (question: Partial<GarbageQuestion>) =>
  planGarbage({ published: [], wished: new Set(), nowMs: NOW_MS, keepMs: 30 * DAY_MS, ...question }).map(
    ({ path }) => path,
  );

describe('planGarbage', () => {
  it('names older versions and older builds that nobody wishes for, with the reason', () => {
    const [old, older, newest] = [published('a/x-1.9'), published('a/x-1.10'), published('a/x-1.10')];
    expect(planGarbage({ published: [old, older, newest], wished: new Set(), nowMs: NOW_MS, keepMs: 0 })).toEqual([
      expect.objectContaining({
        id: older.id,
        why: `no node wishes for it, and ${newest.path} is a newer build of the same version`,
      }),
      expect.objectContaining({ id: old.id, why: 'no node wishes for it, and a/x-1.10 is newer in its slot' }),
    ]);
  });

  it('keeps what a node wishes for, however old', () => {
    const [old, newest] = [published('a/x-1'), published('a/x-2')];
    expect(pathsOf({ published: [old, newest], wished: new Set([old.variantKey]) })).toEqual([]);
  });

  it('keeps the newest of each slot, and what was published lately', () => {
    expect(pathsOf({ published: [published('a/x-1'), published('a/x-2', { slot: '2' })] })).toEqual([]);
    const late = published('a/x-1', { publishedAt: new Date(NOW_MS - DAY_MS) });
    expect(pathsOf({ published: [late, published('a/x-2')] })).toEqual([]);
  });
});
