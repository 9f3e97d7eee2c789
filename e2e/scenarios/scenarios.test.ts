import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openRealStage } from '../portage-hosts/real-stage.ts';
import { missingForHosts } from '../portage-hosts/requirements.ts';
import { simulatedPortage } from '../portage-hosts/simulated-portage.ts';
import type { Scenario } from './fleet.ts';
import { runScenario, type ScenarioResult } from './run-scenario.ts';
import { SCENARIOS } from './scenarios.ts';
import { openSimStage } from './sim-stage.ts';
import type { Stage } from './stage.ts';

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
  expect(result?.published).toEqual(scenario.published);
  const last = scenario.story?.at(-1)?.expected ?? scenario.expected;
  expect(result?.before?.length ?? 0).toBe(scenario.story?.length ?? 0);
  for (const [node, wishes] of Object.entries(last)) {
    expect(Object.keys(result?.wishes[node] ?? {}).sort()).toEqual(Object.keys(wishes).sort());
  }
});

// scenarios that the simulation can't play are judged by the real result alone, in the test above
const isLong = process.env.BINHOST_TEST_LONG === '1';
const simulated = SCENARIOS.filter((scenario) => !scenario.realOnly && (isLong || !scenario.longOnly));

// fleets are separate, and wait most of the time
describe.concurrent('on the simulated Portage', () => {
  test.each(simulated.filter((scenario) => !scenario.buildRoots))('$name ends as on the real one', async (scenario) => {
    expect(await play(scenario, await openSimStage(scenario.fleet))).toEqual(truthOf(scenario));
  });
});

describe.concurrent('on the simulated Portage, with build roots', () => {
  const [missing] = missingForHosts(simulatedPortage);
  for (const scenario of simulated.filter(({ buildRoots }) => buildRoots)) {
    test(`${scenario.name} ends as on the real one`, async (context) => {
      if (missing) context.skip(missing);
      expect(await play(scenario, await openRealStage(scenario.fleet, simulatedPortage))).toEqual(truthOf(scenario));
    });
  }
});

async function play(scenario: Scenario, stage: Stage): Promise<Omit<ScenarioResult, 'portage'>> {
  try {
    const { portage: _simulated, ...result } = await runScenario(scenario, stage, 150_000);
    return result;
  } finally {
    await stage.close();
  }
}

function truthOf(scenario: Scenario): Omit<ScenarioResult, 'portage'> | undefined {
  const { portage: _real, ...truth } = recorded[scenario.name] as ScenarioResult;
  return truth;
}
