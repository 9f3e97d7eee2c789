import { expect, test } from 'vitest';
import { isMerging } from '../../src/collect/read-system-print.ts';
import { judgePoll, type WatchMemory, watchFrom } from '../../src/collect/watch-decision.ts';

const QUIET = { repositories: 'a', installed: 'x' };
const SYNCED = { repositories: 'b', installed: 'x' };
const MERGED = { repositories: 'b', installed: 'y' };

/** Polls one second apart; settled after two. */
function pollAll(prints: [typeof QUIET, boolean?][], start: WatchMemory = watchFrom(QUIET, 0)): string[] {
  let memory = start;
  return prints.map(([print, isPortageBusy = false], at) => {
    const judged = judgePoll(memory, { print, nowMs: (at + 1) * 1000, settleMs: 2000, isPortageBusy });
    memory = judged.memory;
    return judged.reason;
  });
}

test('what does not change asks for nothing', () => {
  expect(pollAll([[QUIET], [QUIET], [QUIET]])).toEqual(['', '', '']);
});

test('a sync asks once, when it has settled', () => {
  expect(pollAll([[SYNCED], [SYNCED], [SYNCED], [SYNCED], [SYNCED]])).toEqual([
    '',
    '',
    'the ebuild repositories changed',
    '',
    '',
  ]);
});

test('while packages are merged one after the other nothing is asked', () => {
  const step = (installed: string): [typeof QUIET] => [{ repositories: 'a', installed }];
  expect(pollAll([step('1'), step('2'), step('3'), step('3'), step('3')])).toEqual([
    '',
    '',
    '',
    '',
    'packages were merged or removed',
  ]);
});

test('while an emerge runs nothing is asked, however long it is quiet', () => {
  const reasons = pollAll([
    [MERGED, true],
    [MERGED, true],
    [MERGED, true],
    [MERGED, true],
    [MERGED, false],
  ]);
  expect(reasons).toEqual(['', '', '', '', 'the ebuild repositories changed and packages were merged or removed']);
});

test('what a look has seen in the meantime asks no more', () => {
  expect(pollAll([[SYNCED], [SYNCED], [SYNCED]], watchFrom(SYNCED, 500))).toEqual(['', '', '']);
});

test('what changed and changed back asks for nothing', () => {
  expect(pollAll([[SYNCED], [QUIET], [QUIET], [QUIET]])).toEqual(['', '', '', '']);
});

test.each([
  [['/usr/bin/python3.13', '-b', '/usr/lib/python-exec/python3.13/emerge', '-uDN', '@world'], true],
  [['/usr/bin/emerge', '--sync'], true],
  [['python3', '/usr/bin/emerge', '-gpvuDN', 'world'], false],
  [['emerge', '--pretend', 'vim'], false],
  [['vim', 'notes', 'about', 'things', 'emerge'], false],
  [[''], false],
])('%j is a merging emerge: %s', (argv, merging) => {
  expect(isMerging(argv)).toBe(merging);
});
