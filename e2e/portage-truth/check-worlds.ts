import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parsePretendOutput } from '@binhost/shared/emerge';
import { compareList } from './compare-list.ts';
import type { Difference } from './compare-row.ts';
import { PRETEND_ENVIRONMENT, pretendArguments } from './pretend-run.ts';
import { randomWorld } from './random-world.ts';
import { openPortage, type PortageDriver, type PortageRun } from './run-portage.ts';
import { writeWorld } from './write-world.ts';

export interface WorldOutcome {
  seed: number;
  argv: string[];
  run: PortageRun;
  differences: Difference[];
}

export interface WorldsToCheck {
  portageDirectory: string;
  /** The first world's; each further world has the next number. */
  seed: number;
  /** Asked before each world, with the number of those that are done. */
  goOn(done: number): boolean;
  onOutcome(outcome: WorldOutcome): void;
}

/** Makes random worlds, has the real Portage list each, and compares its own reading with the parser's. */
export async function checkWorlds(worlds: WorldsToCheck): Promise<void> {
  const driver = openPortage(worlds.portageDirectory);
  try {
    for (let done = 0; worlds.goOn(done); done += 1) {
      worlds.onOutcome(await checkWorld(driver, (worlds.seed + done) >>> 0));
    }
  } finally {
    await driver.close();
  }
}

async function checkWorld(driver: PortageDriver, seed: number): Promise<WorldOutcome> {
  const root = await mkdtemp(join(tmpdir(), 'portage-truth-'));
  try {
    const world = randomWorld(seed);
    const argv = pretendArguments(world);
    await writeWorld(world, root);
    const run = await driver.run(root, argv, PRETEND_ENVIRONMENT);
    return { seed, argv, run, differences: compareList(run.record, parsePretendOutput(run)) };
  } catch (cause) {
    throw new Error(`the world of seed ${seed} could not be checked: ${String(cause)}`, { cause });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
