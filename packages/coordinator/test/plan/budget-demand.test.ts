import { expect, test } from 'vitest';
import { OPERATOR } from '../../src/demand/operator.ts';
import { type BudgetSnapshot, budgetDemand } from '../../src/plan/budget-demand.ts';
import { makeDemand } from './make-demand.ts';

const budget = (snapshot: Partial<BudgetSnapshot>) =>
  budgetDemand({
    demands: [],
    live: new Map(),
    cancelled: new Set(),
    buildsOfDay: new Map(),
    allowance: { wishesPerNode: 2, buildsPerDay: 2 },
    ...snapshot,
  });
const names = (found: ReturnType<typeof budget>) => found.demands.map(({ cpv }) => cpv);
const demands = ['a/one-1', 'a/two-1', 'a/three-1'].map((cpv) => makeDemand(cpv));

test('a node gets what it has waited for longest, and is told about the rest', () => {
  const found = budget({ demands });
  expect(names(found)).toEqual(['a/one-1', 'a/two-1']);
  expect(found.over).toEqual([
    { wishId: 1, nodeId: 'node1', reason: expect.stringContaining('waits for 2 builds already (limits.wishesPerNode') },
  ]);
});

test('what another node wants as well is on its account, and takes on its face', () => {
  const shared = makeDemand('a/three-1', { nodes: ['node1', 'node2'] });
  const found = budget({ demands: [...demands.slice(0, 2), shared] });
  expect(names(found)).toEqual(['a/one-1', 'a/two-1', 'a/three-1']);
  expect(found.demands[2]?.wishes.map(({ nodeId }) => nodeId)).toEqual(['node2', 'node1']);
  expect(found.over).toEqual([]);
});

test('what is built already goes on and takes a place; what failed or was cancelled takes none', () => {
  const allowance = { wishesPerNode: 1, buildsPerDay: 9 };
  const running = new Map([['a/three-1', 'building' as const]]);
  expect(names(budget({ demands, allowance, live: running }))).toEqual(['a/three-1']);
  const failed = new Map([['a/one-1', 'failed' as const]]);
  expect(names(budget({ demands, allowance, live: failed }))).toEqual(['a/one-1', 'a/two-1']);
  expect(names(budget({ demands, allowance, cancelled: new Set(['a/one-1']) }))).toEqual(['a/one-1', 'a/two-1']);
});

test('builds of the last day count, also when they have ended', () => {
  const found = budget({ demands, buildsOfDay: new Map([['node1', 1]]) });
  expect(names(found)).toEqual(['a/one-1']);
  expect(found.over.map(({ reason }) => reason)).toEqual([
    expect.stringContaining('2 builds planned within 24 hours (limits.buildsPerDay'),
    expect.stringContaining('2 builds planned within 24 hours (limits.buildsPerDay'),
  ]);
});

test('what the operator asked for is on no account', () => {
  const asked = makeDemand('a/one-1', { nodes: [OPERATOR, 'node1'] });
  const buildsOfDay = new Map([['node1', 2]]);
  expect(names(budget({ demands: [asked], buildsOfDay }))).toEqual(['a/one-1']);
});
