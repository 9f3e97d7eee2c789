import { expect, test } from 'vitest';
import { groupDemand } from '../../src/demand/load-demand.ts';
import type { WaitingWish } from '../../src/demand/wish-store.ts';

function makeWish(id: number, nodeId: string, variantKey: string): WaitingWish {
  return {
    id,
    nodeId,
    variantKey,
    pool: 'default',
    cpv: `dev-libs/${variantKey}-1`,
    slot: '0',
    subslot: '0',
    repository: 'gentoo',
    useEnabled: [],
    useDisabled: [`flag-of-${nodeId}`],
    bindings: [],
    position: 0,
    firstWantedAt: new Date(id * 1000),
  };
}

test('wishes of several nodes for one variant are one demand, with the look of the oldest', () => {
  const demands = groupDemand([makeWish(1, 'node1', 'a'), makeWish(2, 'node2', 'b'), makeWish(3, 'node2', 'a')]);
  expect(demands.map((demand) => demand.variantKey)).toEqual(['a', 'b']);
  expect(demands[0]).toMatchObject({
    useDisabled: ['flag-of-node1'],
    wishes: [
      { wishId: 1, nodeId: 'node1', firstWantedAtMs: 1000 },
      { wishId: 3, nodeId: 'node2', firstWantedAtMs: 3000 },
    ],
  });
});
