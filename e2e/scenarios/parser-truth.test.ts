import { describe, expect, it } from 'vitest';
import { checkWorlds } from '../portage-truth/check-worlds.ts';
import { addCoverage, noCoverage } from '../portage-truth/coverage.ts';
import { missingForPortage } from '../portage-truth/run-portage.ts';

const WORLDS = 30;
const SEED = 20_070_101;

describe('real Portage', () => {
  it(`displays in ${WORLDS} random worlds what the parser reads`, { timeout: 300_000 }, async (ctx) => {
    const portageDirectory = process.env.PORTAGE_DIR ?? '';
    const missing = missingForPortage(portageDirectory);
    if (missing) ctx.skip(missing);
    const coverage = noCoverage();
    const differences: unknown[] = [];
    await checkWorlds({
      portageDirectory,
      seed: SEED,
      goOn: (done) => done < WORLDS,
      onOutcome: (outcome) => {
        addCoverage(coverage, outcome);
        if (outcome.differences.length > 0) differences.push({ seed: outcome.seed, differences: outcome.differences });
      },
    });
    expect(differences).toEqual([]);
    expect(coverage.rows).toBeGreaterThan(WORLDS);
  });
});
