import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Scenario } from '../scenarios/fleet.ts';
import { runScenario, type ScenarioResult } from '../scenarios/run-scenario.ts';
import { SCENARIOS } from '../scenarios/scenarios.ts';
import type { Stage } from '../scenarios/stage.ts';
import { realPortage } from './real-portage.ts';
import { openRealStage } from './real-stage.ts';
import { missingForCheckout, missingForHosts } from './requirements.ts';

// The scenarios on real Portage, on separate hosts; their results are the truth that the simulated Portage is held to.
//   PORTAGE_DIR=… npm run test:portage [-- --only NAME] [--seconds N]

/** Longest wait at one moment of a scenario; shorter with --seconds while one is written. */
const MOMENT_MS = Number(optionValue('--seconds') ?? 300) * 1000;
const resultsFile = join(dirname(dirname(fileURLToPath(import.meta.url))), 'scenarios', 'results.json');

const portageDirectory = process.env.PORTAGE_DIR ?? '';
const missing = [...missingForCheckout(portageDirectory), ...missingForHosts(realPortage(portageDirectory))];
if (missing.length > 0) {
  console.error(`npm run test:portage can't run here:\n${missing.map((line) => `  ${line}`).join('\n')}`);
  process.exit(2);
}
const only = optionValue('--only');
const chosen = SCENARIOS.filter((scenario) => only === undefined || scenario.name === only);
if (chosen.length === 0) {
  console.error(`expected --only with one of ${SCENARIOS.map((scenario) => scenario.name).join(', ')}, got '${only}'`);
  process.exit(2);
}

let running: Stage | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    // hosts, mounts and namespaces go away with us
    void Promise.resolve(running?.close()).finally(() => process.exit(1));
  });
}

const portage = await portageVersion();
const results = JSON.parse(await readFile(resultsFile, 'utf8').catch(() => '{}')) as Record<string, ScenarioResult>;
let failed = 0;
for (const scenario of chosen) {
  const start = performance.now();
  try {
    results[scenario.name] = { ...(await runOne(scenario)), portage };
    console.log(`passed  ${scenario.name}  ${((performance.now() - start) / 1000).toFixed(0)} s`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${scenario.name}\n${error instanceof Error ? error.message : String(error)}`);
    if (error instanceof Error && error.cause) console.log(error.cause);
  }
}
const sorted = Object.fromEntries(Object.entries(results).sort(([a], [b]) => (a < b ? -1 : 1)));
await writeFile(resultsFile, `${JSON.stringify(sorted, null, 2)}\n`);
console.log(`\n${chosen.length - failed} passed, ${failed} failed, 0 skipped`);
process.exit(failed === 0 ? 0 : 1);

function optionValue(name: string): string | undefined {
  return process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined;
}

async function runOne(scenario: Scenario): Promise<ScenarioResult> {
  running = await openRealStage(scenario.fleet, realPortage(portageDirectory));
  try {
    return await runScenario(scenario, running, MOMENT_MS);
  } finally {
    await running.close();
    running = undefined;
  }
}

/** A checkout calls itself HEAD; its build file knows the release that it follows. */
async function portageVersion(): Promise<string> {
  const buildFile = await readFile(join(portageDirectory, 'meson.build'), 'utf8');
  const version = /version\s*:\s*'([^']+)'/.exec(buildFile)?.[1];
  if (!version) throw new Error(`expected a version in meson.build below PORTAGE_DIR=${portageDirectory}`);
  return `Portage ${version}`;
}
