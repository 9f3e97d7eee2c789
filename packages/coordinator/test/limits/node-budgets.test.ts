import { expect, test } from 'vitest';
import { makeNodeBudgets } from '../../src/limits/node-budgets.ts';

function budgetsAt(settings: { reportsPerHour: number; logPerHour: number }) {
  let nowMs = 0;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs, sleep: async () => {} };
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  return { budgets: makeNodeBudgets(settings, clock), pass };
}

test('a node over its reports is told which setting it met and when the next is taken', () => {
  const { budgets, pass } = budgetsAt({ reportsPerHour: 60, logPerHour: 1 });
  for (let count = 0; count < 60; count += 1) expect(budgets.takeReport('a')).toBeUndefined();
  expect(budgets.takeReport('a')).toMatch(/more than 60 reports .*limits\.reportsPerHour.* in 60 s/);
  expect(budgets.takeReport('b')).toBeUndefined();
  pass(60_000);
  expect(budgets.takeReport('a')).toBeUndefined();
});

test('a node that is forgotten for a while does not get a second hour', () => {
  const { budgets, pass } = budgetsAt({ reportsPerHour: 60, logPerHour: 1 });
  for (let count = 0; count < 60; count += 1) budgets.takeReport('a');
  pass(120_000);
  expect([budgets.takeReport('a'), budgets.takeReport('a')]).toEqual([undefined, undefined]);
  expect(budgets.takeReport('a')).toBeDefined();
});

test('the log that a node may cause is counted in bytes', () => {
  const { budgets } = budgetsAt({ reportsPerHour: 1, logPerHour: 1000 });
  expect([budgets.takeLog('a', 600), budgets.takeLog('a', 600), budgets.takeLog('a', 400)]).toEqual([
    true,
    false,
    true,
  ]);
});
