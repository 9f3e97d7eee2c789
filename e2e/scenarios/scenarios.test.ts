import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runScenario, type ScenarioResult } from './run-scenario.ts';
import { SCENARIOS } from './scenarios.ts';
import { openSimStage } from './sim-stage.ts';

/** What the real Portage did, recorded by `npm run test:portage`. */
const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'results.json'), 'utf8')) as Record<
  string,
  ScenarioResult
>;

test('every scenario has a result that was recorded on the real Portage', () => {
  expect(Object.keys(recorded).sort()).toEqual(SCENARIOS.map((scenario) => scenario.name).sort());
});

test.each(SCENARIOS)('$name ended on the real Portage as the scenario says', (scenario) => {
  const result = recorded[scenario.name];
  expect(result?.builds).toEqual(scenario.builds);
  for (const [node, wishes] of Object.entries(scenario.expected)) {
    expect(Object.keys(result?.wishes[node] ?? {}).sort()).toEqual(Object.keys(wishes).sort());
  }
});

describe('on the simulated Portage', () => {
  // scenarios that the simulation can't play are judged by the real result alone, in the test above
  test.each(SCENARIOS.filter((scenario) => !scenario.realOnly))('$name ends as on the real one', async (scenario) => {
    const stage = await openSimStage(scenario.fleet);
    try {
      const { portage: _simulated, ...result } = await runScenario(scenario, stage, 90_000);
      const { portage: _real, ...truth } = recorded[scenario.name] ?? {};
      expect(result).toEqual(truth);
    } finally {
      await stage.close();
    }
  });
});
