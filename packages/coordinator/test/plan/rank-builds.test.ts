import { describe, expect, test } from 'vitest';
import type { Demand } from '../../src/demand/load-demand.ts';
import type { BuildNeeds } from '../../src/plan/build-needs.ts';
import { rankBuilds } from '../../src/plan/rank-builds.ts';
import { makeDemand, NOW_MS } from './make-demand.ts';

function order(
  demands: Demand[],
  needs: Record<string, Partial<BuildNeeds>> = {},
  expectedSeconds?: (cp: string) => number | undefined,
): string[] {
  const all = new Map(Object.entries(needs).map(([key, each]) => [key, { first: [], rather: [], ...each }]));
  const ranks = rankBuilds(demands, all, { nowMs: NOW_MS, ...(expectedSeconds && { expectedSeconds }) });
  return [...ranks].sort(([, a], [, b]) => b.priority - a.priority).map(([key]) => key);
}

describe('builds are ordered', () => {
  test('by the nodes that wait, at the same age', () => {
    const demands = [makeDemand('a/one-1'), makeDemand('a/two-1', { nodes: ['node1', 'node2'] })];
    expect(order(demands)).toEqual(['a/two-1', 'a/one-1']);
  });

  test('by the time that they have waited, at the same number of nodes', () => {
    const demands = [makeDemand('a/new-1', { minutes: 5 }), makeDemand('a/old-1', { minutes: 60 })];
    expect(order(demands)).toEqual(['a/old-1', 'a/new-1']);
  });

  test('with what others need before them, by the nodes that wait for those', () => {
    const demands = [
      makeDemand('a/popular-1', { nodes: ['node1', 'node2', 'node3'], minutes: 9 }),
      makeDemand('a/consumer-1', { nodes: ['node4', 'node5', 'node6', 'node7'], minutes: 9 }),
      makeDemand('a/library-1', { nodes: ['node4'], minutes: 9 }),
    ];
    const needs = { 'a/consumer-1': { first: ['a/library-1'] } };
    expect(order(demands, needs)).toEqual(['a/library-1', 'a/consumer-1', 'a/popular-1']);
    expect(order(demands)).toEqual(['a/consumer-1', 'a/popular-1', 'a/library-1']);
  });

  test('counting a node once although it waits for a library and for what needs it', () => {
    const demands = [makeDemand('a/library-1', { minutes: 9 }), makeDemand('a/consumer-1', { minutes: 9 })];
    const ranks = rankBuilds(demands, new Map([['a/consumer-1', { first: ['a/library-1'], rather: [] }]]), {
      nowMs: NOW_MS,
    });
    expect([...ranks.values()].map((rank) => Math.floor(rank.priority))).toEqual([10, 10]);
  });

  test('by the longest chain of expected build time, at the same waiting', () => {
    const demands = [makeDemand('a/short-1'), makeDemand('a/long-1')];
    expect(order(demands, {}, (cp) => (cp === 'a/long' ? 3600 : 10))).toEqual(['a/long-1', 'a/short-1']);
  });

  test('although packages need each other to run', () => {
    const demands = [makeDemand('a/x-1'), makeDemand('a/y-1')];
    expect(order(demands, { 'a/x-1': { rather: ['a/y-1'] }, 'a/y-1': { rather: ['a/x-1'] } })).toHaveLength(2);
  });
});

test('the reason of a place names the nodes and the builds behind it', () => {
  const demands = [makeDemand('a/library-1', { nodes: ['node1', 'node2'] }), makeDemand('a/consumer-1')];
  const ranks = rankBuilds(demands, new Map([['a/consumer-1', { first: ['a/library-1'], rather: [] }]]), {
    nowMs: NOW_MS,
  });
  expect(ranks.get('a/library-1')?.reason).toBe('waits for a builder; 2 nodes wait for it, and one build needs it');
  expect(ranks.get('a/consumer-1')?.reason).toBe('waits for a builder; one node waits for it');
});
