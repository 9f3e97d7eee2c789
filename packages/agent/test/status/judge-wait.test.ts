import type { Report, WishView } from '@binhost/shared/protocol';
import { makeMergeEntry, makeReport } from '@binhost/testkit';
import { expect, test } from 'vitest';
import { apiAddress, chooseBuild, isMeant } from '../../src/link/choose-build.ts';
import { agentStatus, shownFacts } from '../../src/status/agent-status.ts';
import { explainWish } from '../../src/status/explain-wish.ts';
import { isOver, judgeWait } from '../../src/status/judge-wait.ts';

function wish(overrides: Partial<WishView>): WishView {
  const none = { reasonCode: null, reason: null, buildState: null, buildId: null };
  return {
    cpv: 'sys-fs/fuse-2.6.1',
    useEnabled: [],
    bindings: [],
    state: 'waiting',
    sinceMs: 0,
    ...none,
    ...overrides,
  };
}

function statusOf(wishes: WishView[] | null) {
  const shown = shownFacts(0);
  shown.wishes = wishes && { type: 'wishes', madeAtMs: 0, wishes };
  const link = { state: 'online' as const, sinceMs: 0, problem: null };
  const nextLook = { atMs: 0, reason: '' };
  const names = { node: 'node1', version: '0', coordinator: 'ws://x' };
  return agentStatus({ ...names, nowMs: 0, shown, hookProblems: [], link, nextLook, lastAcknowledgedReport: 0 });
}

const outcomes = (wishes: WishView[] | null, report: Report | null, atoms: string[]) =>
  judgeWait(statusOf(wishes), report, atoms).map(({ outcome }) => outcome);

test.each([
  [{ state: 'ready' }, 'ready'],
  [{ state: 'gone' }, 'ready'],
  [{ state: 'published' }, 'pending'],
  [{ state: 'waiting', buildState: 'building' }, 'pending'],
  [{ state: 'waiting', buildState: 'held' }, 'pending'],
  [{ state: 'waiting', buildState: 'failed' }, 'never'],
  [{ state: 'refused' }, 'never'],
  [{ state: 'unbuildable' }, 'never'],
  [{ state: 'excluded' }, 'never'],
] as const)('a named wish %j is %s', (changed, outcome) => {
  expect(outcomes([wish(changed)], null, ['sys-fs/fuse'])).toEqual([outcome]);
});

test('a wait for everything is over when all but the excluded are settled', () => {
  const wishes = [wish({ state: 'excluded' }), wish({ cpv: 'a/b-1', state: 'ready' })];
  expect(outcomes(wishes, null, [])).toEqual(['ready']);
  expect(isOver(judgeWait(statusOf(wishes), null, []))).toBe(true);
});

test('a node that wants nothing has nothing to wait for; one whose wishes are not known yet has', () => {
  expect(outcomes([], makeReport({ entries: [] }), [])).toEqual([]);
  expect(outcomes([], makeReport({ entries: [makeMergeEntry({ kind: 'ebuild' })] }), [])).toEqual(['pending']);
  expect(outcomes(null, makeReport({ entries: [] }), [])).toEqual(['pending']);
  expect(outcomes([], null, [])).toEqual(['pending']);
});

test('a package that the last whole look would not compile is not waited for', () => {
  const report = makeReport({ entries: [makeMergeEntry({ kind: 'ebuild', cpv: 'a/b-1' })] });
  expect(outcomes([], report, ['c/d'])).toEqual(['ready']);
  expect(outcomes([], report, ['a/b'])).toEqual(['pending']);
  expect(outcomes([], makeReport({ outcome: 'incomplete', entries: [] }), ['c/d'])).toEqual(['pending']);
});

test.each([
  ['sys-fs/fuse', true],
  ['fuse', true],
  ['=sys-fs/fuse-2.6.1', true],
  ['sys-fs/fuse-2.6', false],
  ['sys-fs/fus', false],
])('%s means sys-fs/fuse-2.6.1: %s', (atom, meant) => {
  expect(isMeant(atom, 'sys-fs/fuse-2.6.1')).toBe(meant);
});

test("of several builds the newest with this node's flags in its pool is meant", () => {
  const build = (id: number, useEnabled: string[], pool = 'default') => ({
    id,
    pool,
    cpv: 'sys-fs/fuse-2.6.1',
    useEnabled,
  });
  const builds = [build(1, ['a']), build(2, ['a']), build(3, ['b']), build(4, ['a'], 'arm')];
  const wishes = [wish({ useEnabled: ['a'] })];
  expect(chooseBuild('sys-fs/fuse', { builds, pool: 'default', wishes })?.id).toBe(2);
  expect(chooseBuild('sys-fs/fuse', { builds, pool: 'default', wishes: [] })?.id).toBe(3);
  expect(chooseBuild('a/b', { builds, pool: null, wishes })).toBeUndefined();
});

test.each([
  ['ws://binhost:8443', 'http://binhost:8443/api/builds'],
  ['wss://binhost:8443/agent', 'https://binhost:8443/api/builds'],
  ['wss://proxy/fleet/agent', 'https://proxy/fleet/api/builds'],
])('the API of %s is at %s', (url, address) => {
  expect(apiAddress(url, '/api/builds').href).toBe(address);
});

test('an explanation holds the wish, its row, what Portage said of it, and what to do', () => {
  const report = makeReport({
    entries: [makeMergeEntry({ cpv: 'sys-fs/fuse-2.6.1' }), makeMergeEntry({ cpv: 'a/b-1' })],
    problems: [
      { code: 'binary-ignored', atom: '=sys-fs/fuse-2.6.1', message: 'USE differs', lines: [] },
      { code: 'binary-ignored', atom: '=a/b-1', message: 'USE differs', lines: [] },
    ],
  });
  const why = explainWish('sys-fs/fuse', statusOf([wish({ buildState: 'failed' })]), report);
  expect(why.wishes[0]?.whatToDo).toContain('binhost-agent log');
  expect(why.rows).toHaveLength(1);
  expect(why.problems).toHaveLength(1);
  expect(why.summary).toBe('');
});

test('without a wish the explanation says why there is none', () => {
  expect(explainWish('a/b', statusOf([]), null).summary).toContain('no look');
  expect(explainWish('a/b', statusOf([]), makeReport({ entries: [] })).summary).toContain('does not name a/b');
  expect(explainWish('a/b', statusOf([]), makeReport({ outcome: 'incomplete', entries: [] })).summary).toContain(
    'incomplete',
  );
});
