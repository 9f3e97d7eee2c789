import { describe, expect, test } from 'vitest';
import { findWarnings, WARNINGS, type WarningFacts } from '../../src/status/warnings.ts';
import { before, makeBuildRow, makeNode, makeRows, NOW_MS } from './make-rows.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

function find(overrides: Partial<WarningFacts>) {
  return findWarnings({
    rows: makeRows(),
    nowMs: NOW_MS,
    publishingPools: ['default'],
    unreadReasons: [],
    contestedNodes: [],
    builderSilenceMs: 2 * MINUTE_MS,
    keys: [],
    keyWarningMs: 30 * 86_400_000,
    hasPackagesUrl: true,
    ...overrides,
  });
}

const codes = (overrides: Partial<WarningFacts>) => find(overrides).map(({ code }) => code);

test('a coordinator in good health has no warnings', () => {
  expect(find({})).toEqual([]);
});

describe('a warning is given', () => {
  const [builder] = makeRows().builders;
  if (!builder) throw new Error('expected a builder');

  const fault = { process: 'publisher', name: 'default', text: 'no key', times: 2, at: before(1) } as const;
  const chore = {
    id: 1,
    kind: 'sync',
    state: 'done',
    askedBy: 'the operator',
    askedAt: before(6 * MINUTE_MS),
    startedAt: null,
    endedAt: null,
    builder: null,
    result: null,
  } as const;

  test('none, for a builder that was started again since its fault, and for a sync that was done', () => {
    const faults = [{ ...fault, process: 'builder' as const, name: builder.name, at: before(DAY_MS) }];
    expect(codes({ rows: makeRows({ faults, chores: [chore] }) })).toEqual([]);
  });

  test('none, for a build that takes long and always did, or that was never built before', () => {
    const active = [makeBuildRow({ stateSince: before(3 * 60 * MINUTE_MS) })];
    expect(codes({ rows: makeRows({ active }) })).toEqual([]);
    expect(codes({ rows: makeRows({ active, usualSeconds: new Map([['net-dns/dnsmasq-2.90', 7200]]) }) })).toEqual([]);
  });

  test.each<[string, Partial<WarningFacts>]>([
    ['no-node', { rows: makeRows({ nodes: [] }) }],
    ['no-builder', { rows: makeRows({ builders: [] }) }],
    ['no-builder', { rows: makeRows({ builders: [{ ...builder, seenAt: before(5 * MINUTE_MS) }] }) }],
    ['no-builder', { rows: makeRows({ builders: [{ ...builder, stoppedAt: before(1) }] }) }],
    ['no-publisher', { publishingPools: [] }],
    ['publishing-stands-still', { rows: makeRows({ builtSince: before(6 * MINUTE_MS) }) }],
    ['queue-stands-still', { rows: makeRows({ claimableSince: before(11 * MINUTE_MS) }) }],
    [
      'builds-failed',
      {
        rows: makeRows({
          buildCounts: [{ state: 'failed', count: 2 }],
          failed: [makeBuildRow({ state: 'failed', failureKind: 'package' })],
        }),
      },
    ],
    [
      'look-failed',
      {
        rows: makeRows({
          nodes: [makeNode({ report: { number: 1, lookedAt: before(1), outcome: 'failed', problems: 2 } })],
        }),
      },
    ],
    ['reports-unread', { unreadReasons: ['portageq is missing'] }],
    ['wishes-refused', { rows: makeRows({ wishCounts: [{ nodeId: 'a', state: 'refused', count: 1 }] }) }],
    ['node-offline', { rows: makeRows({ nodes: [makeNode({ connectedAt: null, lastSeenAt: before(8 * DAY_MS) })] }) }],
    ['clock-skew', { rows: makeRows({ nodes: [makeNode({ clockSkewMs: -10 * MINUTE_MS })] }) }],
    ['node-contested', { contestedNodes: ['alpha'] }],
    [
      'build-overdue',
      {
        rows: makeRows({
          active: [makeBuildRow({ stateSince: before(40 * MINUTE_MS) })],
          usualSeconds: new Map([['net-dns/dnsmasq-2.90', 600]]),
        }),
      },
    ],
    ['builder-faults', { rows: makeRows({ faults: [{ ...fault, process: 'builder', name: 'two' }] }) }],
    ['builder-faults', { rows: makeRows({ faults: [{ ...fault, process: 'builder', name: builder.name }] }) }],
    ['publisher-faults', { rows: makeRows({ faults: [fault] }) }],
    ['sync-failed', { rows: makeRows({ chores: [{ ...chore, state: 'failed', result: 'no network' }] }) }],
    ['sync-failed', { rows: makeRows({ chores: [{ ...chore, state: 'asked' }] }) }],
    ['no-packages-url', { hasPackagesUrl: false }],
  ])('%s', (code, facts) => {
    expect(codes(facts)).toEqual([code]);
  });
});

describe('the queue does not stand still', () => {
  const claimableSince = before(60 * MINUTE_MS);

  test('while something is built', () => {
    expect(codes({ rows: makeRows({ claimableSince, active: [makeBuildRow()] }) })).toEqual([]);
  });

  test('shortly after something ended', () => {
    expect(codes({ rows: makeRows({ claimableSince, lastAttemptAt: before(MINUTE_MS) }) })).toEqual([]);
  });

  test('while a build waits for its time', () => {
    expect(codes({ rows: makeRows({ claimableSince: null }) })).toEqual([]);
  });
});

test('a node that is online is not away, however long ago it was noted', () => {
  expect(codes({ rows: makeRows({ nodes: [makeNode({ lastSeenAt: before(30 * DAY_MS) })] }) })).toEqual([]);
});

test('errors stand before warnings before hints', () => {
  const rows = makeRows({ builders: [], wishCounts: [{ nodeId: 'a', state: 'refused', count: 1 }] });
  expect(find({ rows, hasPackagesUrl: false }).map(({ severity }) => severity)).toEqual(['error', 'warning', 'info']);
});

test('a failed build is named with its package and kind', () => {
  const rows = makeRows({
    buildCounts: [{ state: 'failed', count: 4 }],
    failed: [makeBuildRow({ state: 'failed', failureKind: 'fetch' })],
  });
  expect(find({ rows })[0]?.text).toBe('4 failed: net-dns/dnsmasq-2.90 (build 12, fetch), ….');
});

test('every warning says what to do', () => {
  for (const { title, whatToDo } of Object.values(WARNINGS)) {
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    expect(whatToDo).toMatch(/\.$/);
  }
});
