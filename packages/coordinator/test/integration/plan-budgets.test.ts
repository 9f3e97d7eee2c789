import type { WishView } from '@binhost/shared/protocol';
import { systemClock } from '@binhost/shared/time';
import { makeMergeEntry } from '@binhost/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { coordinatorConfig } from '../../src/config/coordinator-config.ts';
import { wishesOfNode } from '../../src/demand/wish-view.ts';
import { builds } from '../../src/queue/build-tables.ts';
import { type Fleet, makeFleet } from './make-fleet.ts';

/** One ebuild of this many flags is this many powers of two of variants: all that a node needs to ask for without end. */
const FLAGS = Array.from({ length: 14 }, (_, i) => `flag${i}`);
const MANY = 10_000;
const flavour = (number: number) =>
  makeMergeEntry({
    cpv: 'dev-libs/many-1',
    use: { enabled: FLAGS.filter((_, i) => (number >> i) & 1), disabled: FLAGS.filter((_, i) => !((number >> i) & 1)) },
  });
const flavours = (count: number) => Array.from({ length: count }, (_, number) => flavour(number));
const plain = makeMergeEntry({ cpv: 'net-dns/dnsmasq-2.34' });

let fleet: Fleet;
let skippedMs = 0;
const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + skippedMs };
beforeAll(async () => {
  fleet = await makeFleet(
    { 'dev-libs/many-1': [`IUSE=${FLAGS.join(' ')}`], 'net-dns/dnsmasq-2.34': [] },
    {},
    { clock },
  );
});
afterEach(async () => {
  skippedMs = 0;
  limit({ wishesPerNode: 3000, buildsPerDay: 3000 });
  await fleet.reset();
});
afterAll(() => fleet.drop());

function limit(limits: Partial<Fleet['config']['limits']>): void {
  Object.assign(fleet.config.limits, limits);
}

const plannedFor = async (name: string): Promise<number> => {
  const id = await fleet.node(name);
  return (await fleet.db.select({ nodes: builds.nodes }).from(builds)).filter(({ nodes }) => nodes[0] === id).length;
};
const wishesOf = async (name: string): Promise<WishView[]> => wishesOfNode(fleet.db, await fleet.node(name));
const overBudget = async (name: string): Promise<WishView[]> =>
  (await wishesOf(name)).filter(({ reasonCode }) => reasonCode === 'over-budget');

test('a node that wishes for 10,000 builds costs the others nothing', { timeout: 120_000 }, async () => {
  await fleet.look('hostile', { entries: flavours(MANY) });
  await fleet.look('good', { entries: [plain] });
  limit({ wishesPerNode: 20 });
  await fleet.planner.pass();
  expect(await plannedFor('hostile')).toBe(20);
  expect(await plannedFor('good')).toBe(1);
  expect(await overBudget('good')).toEqual([]);
  const over = await overBudget('hostile');
  expect(over).toHaveLength(MANY - 20);
  expect(over[0]).toMatchObject({ state: 'waiting', reason: expect.stringContaining('limits.wishesPerNode') });
  // what goes on is a pass like any other: nothing is planned, ordered or written for the rest
  const beforeMs = systemClock.monotonicMs();
  expect(await fleet.planner.pass()).toEqual({ enqueued: 0, superseded: 0, ranked: 0 });
  expect(systemClock.monotonicMs() - beforeMs).toBeLessThan(20_000);
});

test('what a node without budget wishes for is built all the same where another node wants it, too', async () => {
  limit({ wishesPerNode: 2 });
  await fleet.look('hostile', { entries: flavours(4) });
  await fleet.planner.pass();
  expect(await overBudget('hostile')).toHaveLength(2);
  await fleet.look('good', { entries: [flavour(3)] });
  await fleet.planner.pass();
  expect(await plannedFor('good')).toBe(1);
  expect(await overBudget('hostile')).toHaveLength(1);
});

test('a wish over the budget of open wishes goes on by itself as others are served, and outlives a report', async () => {
  limit({ wishesPerNode: 1 });
  await fleet.look('node1', { entries: flavours(3) });
  await fleet.planner.pass();
  const before = await overBudget('node1');
  expect(before).toHaveLength(2);
  await fleet.look('node1', { entries: flavours(3) });
  expect(await overBudget('node1')).toEqual(before);
  expect(await fleet.buildAll()).toHaveLength(3);
  expect((await wishesOf('node1')).map(({ state }) => state)).toEqual(['published', 'published', 'published']);
});

test('a wish over the budget of the day goes on by itself a day later', async () => {
  limit({ buildsPerDay: 2 });
  await fleet.look('node1', { entries: flavours(3) });
  expect(await fleet.buildAll()).toHaveLength(2);
  expect(await overBudget('node1')).toMatchObject([{ reason: expect.stringContaining('limits.buildsPerDay') }]);
  skippedMs = 23 * 3_600_000;
  expect(await fleet.buildAll()).toEqual([]);
  skippedMs = 25 * 3_600_000;
  expect(await fleet.buildAll()).toHaveLength(1);
  expect(await overBudget('node1')).toEqual([]);
});

test('the first report of a world of 1,000 packages is planned as a whole with the limits as they come', {
  timeout: 120_000,
}, async () => {
  limit(coordinatorConfig.parse({}).limits);
  await fleet.look('node1', { entries: flavours(1000) });
  await fleet.planner.pass();
  expect(await plannedFor('node1')).toBe(1000);
});
