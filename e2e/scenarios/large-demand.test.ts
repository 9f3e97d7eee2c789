import { expect, test } from 'vitest';
import type { EbuildOf, Scenario } from './fleet.ts';
import { runScenario } from './run-scenario.ts';
import { openSimStage } from './sim-stage.ts';

/** Three nodes want many packages, shared and not: served without a person's hand. */

const PACKAGES = process.env.BINHOST_TEST_LONG === '1' ? 300 : 30;
const NODES = ['node1', 'node2', 'node3'];

const ebuilds: EbuildOf[] = Array.from({ length: PACKAGES }, (_, index) => ({
  cpv: `app-misc/many${index}x-1.0`,
  iuse: 'feature',
}));
const name = (index: number) => `app-misc/many${index}x`;
const indexes = ebuilds.map((_, index) => index);
/** Every node wants two thirds of them, so that each package is wanted by two. */
const wantedBy = (node: number) => indexes.filter((index) => index % NODES.length !== node);

const scenario: Scenario = {
  name: 'large-demand',
  fleet: {
    repositories: { main: ebuilds },
    binhost: { world: [] },
    nodes: Object.fromEntries(
      NODES.map((node, at) => [node, { world: wantedBy(at).map(name), use: at === 0 ? 'feature' : '' }]),
    ),
  },
  expected: Object.fromEntries(
    NODES.map((node, at) => [
      node,
      Object.fromEntries(wantedBy(at).map((index) => [`${name(index)}-1.0`, { state: 'ready' as const }])),
    ]),
  ),
  builds: {},
};

test(`the demand of three nodes for ${PACKAGES} packages is served`, { timeout: 30 * 60_000 }, async () => {
  const stage = await openSimStage(scenario.fleet);
  try {
    const { builds } = await runScenario(scenario, stage, 25 * 60_000);
    // node1 wants its packages with a flag: those that another node wants too are two variants
    const total = Object.values(builds).reduce((sum, count) => sum + count, 0);
    expect(total).toBe(PACKAGES + wantedBy(0).length);
  } finally {
    await stage.close();
  }
});
