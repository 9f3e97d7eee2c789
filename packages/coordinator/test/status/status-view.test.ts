import { describe, expect, test } from 'vitest';
import { buildDetail, coordinatorStatus, demandViews, nodeViews } from '../../src/status/status-view.ts';
import { before, makeBuildRow, makeNode, makeRows, makeWish, NOW_MS } from './make-rows.ts';

const facts = {
  nowMs: NOW_MS,
  version: '0.1.0',
  startedAtMs: NOW_MS - 1000,
  publishingPools: ['default'],
  unreadReasons: [],
  contestedNodes: [],
  builderSilenceMs: 120_000,
  keys: [],
  keyWarningMs: 30 * 86_400_000,
  hasPackagesUrl: true,
};

describe('the status', () => {
  test('counts every state, those with nothing as 0', () => {
    const rows = makeRows({
      nodes: [makeNode(), makeNode({ id: 'b', name: 'beta', connectedAt: null, report: null })],
      wishCounts: [
        { nodeId: 'a', state: 'waiting', count: 2 },
        { nodeId: 'b', state: 'waiting', count: 1 },
      ],
      buildCounts: [{ state: 'queued', count: 3 }],
    });
    const status = coordinatorStatus({ ...facts, rows });
    expect(status.nodes).toEqual({ total: 2, online: 1, reported: 1 });
    expect(status.wishes).toMatchObject({ waiting: 3, ready: 0 });
    expect(status.builds).toMatchObject({ queued: 3, failed: 0 });
  });

  test('names of a builder that was restarted only the living one', () => {
    const [builder] = makeRows().builders;
    if (!builder) throw new Error('expected a builder');
    const dead = { ...builder, id: 'old', seenAt: before(3_600_000) };
    const status = coordinatorStatus({ ...facts, rows: makeRows({ builders: [builder, dead] }) });
    expect(status.builders.map(({ alive }) => alive)).toEqual([true]);
  });

  test('names a builder that is gone, once', () => {
    const [builder] = makeRows().builders;
    if (!builder) throw new Error('expected a builder');
    const dead = [before(3_600_000), before(7_200_000)].map((seenAt) => ({ ...builder, seenAt }));
    const status = coordinatorStatus({ ...facts, rows: makeRows({ builders: dead }) });
    expect(status.builders).toMatchObject([{ alive: false, seenAtMs: NOW_MS - 3_600_000 }]);
  });

  test('shows times of indexes in milliseconds', () => {
    const indexes = [{ pool: 'default', timestamp: 1_767_225_600, sha256: 'x', entries: 2 }];
    expect(coordinatorStatus({ ...facts, rows: makeRows({ indexes }) }).indexes[0]?.timestampMs).toBe(
      1_767_225_600_000,
    );
  });
});

describe('the demand', () => {
  test('has one row per variant with the wishes of all nodes, most wanted first', () => {
    const views = demandViews([
      makeWish({ variantKey: 'v2', cpv: 'app-misc/a-1' }),
      makeWish({ nodeName: 'alpha', firstWantedAt: before(1000) }),
      makeWish({ nodeName: 'beta', firstWantedAt: before(5000), state: 'refused', reason: 'USE differs' }),
    ]);
    expect(views.map(({ cpv, wishes }) => [cpv, wishes.map(({ node }) => node)])).toEqual([
      ['net-dns/dnsmasq-2.90', ['alpha', 'beta']],
      ['app-misc/a-1', ['alpha']],
    ]);
    expect(views[0]?.firstWantedAtMs).toBe(NOW_MS - 5000);
    expect(views[0]?.wishes[1]).toMatchObject({ state: 'refused', reason: 'USE differs' });
  });
});

test('a node shows its own wishes only', () => {
  const nodes = [makeNode({ id: 'a' }), makeNode({ id: 'b', name: 'beta' })];
  const views = nodeViews(nodes, [{ nodeId: 'b', state: 'ready', count: 4 }]);
  expect(views.map(({ wishes }) => wishes.ready)).toEqual([0, 4]);
});

test('a build shows its bindings as text and its attempts', () => {
  const attempt = {
    id: 5,
    buildId: 12,
    number: 1,
    builderName: 'one',
    startedAt: before(4000),
    endedAt: null,
    outcome: null,
    outcomeText: null,
    phase: null,
    logPath: '5.log',
  };
  expect(buildDetail(makeBuildRow(), [attempt])).toMatchObject({
    bindings: ['dev-libs/libfoo:0/2'],
    sinceMs: NOW_MS - 5000,
    attemptList: [{ number: 1, builder: 'one', endedAtMs: null, log: '5.log' }],
  });
});
