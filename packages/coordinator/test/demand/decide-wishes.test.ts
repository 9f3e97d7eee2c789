import type { MergeEntryOnWire } from '@binhost/shared/protocol';
import { makeInstalledPackage, makeNodeFacts } from '@binhost/testkit';
import { describe, expect, test } from 'vitest';
import { decideWishes, type LiveWish, type WishSnapshot } from '../../src/demand/decide-wishes.ts';
import type { Judgement, ReportRow } from '../../src/demand/report-row.ts';
import { packagesToBe } from '../../src/demand/will-have.ts';
import { makePublished, makeRow } from './make-row.ts';

const WANTED: Judgement = { event: 'build-wanted' };
const EXCLUDED: Judgement = { event: 'exclude', code: 'live', text: 'a live ebuild' };
const SKEWED: Judgement = { event: 'obstacle', code: 'tree-skew', text: 'different ebuilds' };

const UNREMARKABLE = { problems: [], facts: makeNodeFacts(), repositories: new Map(), packagesUrl: null };

function makeWish(row: ReportRow, overrides: Partial<LiveWish> = {}): LiveWish {
  const { variantKey, entry } = row;
  return {
    id: 1,
    variantKey,
    cpv: entry.cpv,
    state: 'waiting',
    reasonCode: null,
    reason: null,
    publishedId: null,
    publishedEvent: null,
    ...overrides,
  };
}

function decide(snapshot: Partial<WishSnapshot>) {
  return decideWishes({
    wanted: [],
    ours: [],
    servedElsewhere: new Set(),
    wishes: [],
    published: [],
    lastEvent: 0,
    node: UNREMARKABLE,
    ...snapshot,
  });
}

const row = makeRow();
const published = makePublished({ variantKey: row.variantKey });

describe('a row that the node would compile', () => {
  test.each([
    [WANTED, 'waiting', null],
    [EXCLUDED, 'excluded', 'live'],
    [SKEWED, 'unbuildable', 'tree-skew'],
  ])('becomes a new wish by its judgement %j', (judgement, state, reasonCode) => {
    expect(decide({ wanted: [{ row, judgement }] })).toMatchObject([
      { kind: 'create', variantKey: row.variantKey, state, reasonCode },
    ]);
  });

  test.each([
    ['waiting', WANTED, { kind: 'keep', reasonCode: null }],
    ['waiting', EXCLUDED, { kind: 'move', event: 'exclude', reasonCode: 'live' }],
    ['waiting', SKEWED, { kind: 'move', event: 'obstacle', reasonCode: 'tree-skew' }],
    ['excluded', WANTED, { kind: 'move', event: 'build-wanted', reasonCode: null }],
    ['excluded', EXCLUDED, { kind: 'keep', reasonCode: 'live' }],
    ['unbuildable', WANTED, { kind: 'move', event: 'build-wanted', reasonCode: null }],
    ['unbuildable', SKEWED, { kind: 'keep', reasonCode: 'tree-skew' }],
  ] as const)('moves a wish that is %s by the judgement %j', (state, judgement, expected) => {
    const wishes = [makeWish(row, { state, reasonCode: 'old', reason: 'old' })];
    expect(decide({ wanted: [{ row, judgement }], wishes })).toMatchObject([expected]);
  });

  test('makes one wish although two rows name the same variant', () => {
    expect(decide({ wanted: [row, row].map((each) => ({ row: each, judgement: WANTED })) })).toHaveLength(1);
  });
});

describe('a row that the node would compile although it is published for it', () => {
  const listed = { wanted: [{ row, judgement: WANTED }], published: [published] };

  test.each(['published', 'ready'] as const)('leaves a %s wish alone when the look could not see it yet', (state) => {
    const wishes = [makeWish(row, { state, publishedEvent: 7 })];
    expect(decide({ ...listed, wishes, lastEvent: 6 })).toMatchObject([{ kind: 'keep' }]);
  });

  test.each(['published', 'ready'] as const)('refuses a %s wish when the look could see it', (state) => {
    const wishes = [makeWish(row, { state, publishedEvent: 7 })];
    expect(decide({ ...listed, wishes, lastEvent: 7 })).toMatchObject([
      { kind: 'move', event: 'refuse', reasonCode: 'passed-over' },
    ]);
  });

  test('never moves a refused wish back to waiting, so that it is never built again', () => {
    const wishes = [makeWish(row, { state: 'refused', publishedEvent: 7 })];
    for (const lastEvent of [0, 7, 99]) {
      expect(decide({ ...listed, wishes, lastEvent })).toMatchObject([{ kind: 'keep', reasonCode: 'passed-over' }]);
    }
  });

  test("gives Portage's own words as the reason where it said why", () => {
    const problems = [
      {
        code: 'binary-ignored' as const,
        atom: '=dev-libs/libfoo-1.2',
        message: 'A binary was passed over: changed dependencies',
        lines: [],
      },
    ];
    const wishes = [makeWish(row, { state: 'published', publishedEvent: 1 })];
    expect(decide({ ...listed, wishes, lastEvent: 1, node: { ...UNREMARKABLE, problems } })).toMatchObject([
      { event: 'refuse', reasonCode: 'binary-ignored', reason: expect.stringContaining('changed dependencies; sync') },
    ]);
  });

  test('gives the judgement as the reason where the row has become an exclusion or an obstacle', () => {
    const wishes = [makeWish(row, { state: 'published', publishedEvent: 1 })];
    expect(decide({ ...listed, wanted: [{ row, judgement: SKEWED }], wishes, lastEvent: 1 })).toMatchObject([
      { event: 'refuse', reasonCode: 'tree-skew' },
    ]);
  });

  test('names what the node passes over where only a policy would deny a build of it', () => {
    const denied = { event: 'obstacle', code: 'denied', text: 'denied by policy 3' } as const;
    const wishes = [makeWish(row, { state: 'published', publishedEvent: 1 })];
    expect(decide({ ...listed, wanted: [{ row, judgement: denied }], wishes, lastEvent: 1 })).toMatchObject([
      { event: 'refuse', reasonCode: 'passed-over' },
    ]);
  });

  test('waits to be told where the node has no wish for it yet', () => {
    expect(decide(listed)).toMatchObject([{ kind: 'create', state: 'waiting' }]);
  });
});

describe('a row that the node would take as our binary', () => {
  const entry: Partial<MergeEntryOnWire> = { kind: 'binary', buildId: 1 };
  const ours = [{ row: makeRow(entry, {}, { position: 3 }), published }];

  test.each(['published', 'ready', 'refused', 'waiting'] as const)('keeps a %s wish', (state) => {
    const wishes = [makeWish(row, { state, reasonCode: 'a', reason: 'b', publishedEvent: 1 })];
    expect(decide({ ours, wishes, lastEvent: 5 })).toEqual([
      { kind: 'keep', wishId: 1, position: 3, reasonCode: 'a', reason: 'b' },
    ]);
  });

  test('awaits its proof once a look that knew of it has shown it', () => {
    const wishes = [makeWish(row, { state: 'published', reasonCode: 'not-looked', reason: 'old', publishedEvent: 2 })];
    expect(decide({ ours, wishes, lastEvent: 1 })).toMatchObject([{ reasonCode: 'not-looked' }]);
    expect(decide({ ours, wishes, lastEvent: 2 })).toMatchObject([{ kind: 'keep', reasonCode: 'proof-awaited' }]);
  });

  test('becomes a wish of the published variant where there is none, so that it comes to be proven', () => {
    expect(decide({ ours })).toMatchObject([{ kind: 'create', variantKey: published.variantKey, state: 'waiting' }]);
  });
});

describe('a row that is no longer listed', () => {
  test.each(['waiting', 'excluded', 'unbuildable', 'published', 'ready', 'refused'] as const)(
    'ends a %s wish',
    (state) => {
      expect(decide({ wishes: [makeWish(row, { state })] })).toMatchObject([
        { kind: 'move', event: 'leave', reasonCode: 'not-listed' },
      ]);
    },
  );

  test("says so where the node takes somebody else's binary", () => {
    const servedElsewhere = new Set([row.entry.cpv]);
    expect(decide({ wishes: [makeWish(row)], servedElsewhere })).toMatchObject([{ reasonCode: 'served-elsewhere' }]);
  });

  test('ends the old wish and makes a new one where the variant has changed', () => {
    const other = makeRow({ use: { enabled: ['static-libs'], disabled: [] } });
    expect(decide({ wanted: [{ row: other, judgement: WANTED }], wishes: [makeWish(row)] })).toMatchObject([
      { kind: 'create', variantKey: other.variantKey },
      { kind: 'move', wishId: 1, event: 'leave' },
    ]);
  });
});

describe('two nodes wish for the same variant', () => {
  test('when their lists differ only in disabled flags and in what they replace', () => {
    const one = makeRow({ use: { enabled: ['dbus'], disabled: ['old-flag', 'static'] }, change: 'upgrade' });
    const other = makeRow({ use: { enabled: ['dbus'], disabled: ['static'] }, change: 'new' });
    expect(one.variantKey).toBe(other.variantKey);
  });

  test('but not when their enabled flags differ', () => {
    const one = makeRow({ use: { enabled: ['dbus'], disabled: ['dhcp'] } });
    const other = makeRow({ use: { enabled: ['dbus', 'dhcp'], disabled: [] } });
    expect(one.variantKey).not.toBe(other.variantKey);
  });

  test('but not when one stays on an old sub-slot of a library', () => {
    const rowFor = (version: string, subslot: string): ReportRow => {
      const available = packagesToBe([], [makeInstalledPackage({ cpv: `dev-libs/libbar-${version}`, subslot })]);
      return makeRow({}, { rdepend: 'dev-libs/libbar:=' }, { available });
    };
    expect(rowFor('1.0', '1').variantKey).not.toBe(rowFor('2.0', '2').variantKey);
    expect(rowFor('1.0', '1').variantKey).toBe(rowFor('1.1', '1').variantKey);
  });
});
