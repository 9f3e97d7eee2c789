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
    builderSilenceMs: 2 * MINUTE_MS,
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
