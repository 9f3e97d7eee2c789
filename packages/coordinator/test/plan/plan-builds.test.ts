import { BUILD_STATES } from '@binhost/shared/protocol';
import { describe, expect, test } from 'vitest';
import { OPERATOR } from '../../src/demand/operator.ts';
import { type PlanAction, type PlanSnapshot, planBuilds } from '../../src/plan/plan-builds.ts';
import { makeMetadata } from '../demand/make-row.ts';
import { makeBinding, makeDemand, makeLive, NOW_MS } from './make-demand.ts';

function plan(snapshot: Partial<PlanSnapshot>): PlanAction[] {
  return planBuilds({
    demands: [],
    live: [],
    published: new Set(),
    metadata: new Map(),
    wanted: new Map(),
    ebuildMd5: new Map(),
    gone: new Set(),
    nowMs: NOW_MS,
    ...snapshot,
  });
}

const kindsOf = (actions: PlanAction[]): string[] =>
  actions.map((action) => `${action.kind} ${action.kind === 'enqueue' ? action.build.variantKey : action.buildId}`);

describe('a demanded variant', () => {
  test('is enqueued once, however many nodes wish for it', () => {
    const actions = plan({ demands: [makeDemand('a/x-1', { nodes: ['node1', 'node2'] })] });
    expect(kindsOf(actions)).toEqual(['enqueue a/x-1']);
  });

  test('is not enqueued when it is published', () => {
    expect(plan({ demands: [makeDemand('a/x-1')], published: new Set(['a/x-1']) })).toEqual([]);
  });

  test('is not enqueued after a person cancelled it, unless the operator asks for it', () => {
    const cancelled = new Set(['a/x-1']);
    expect(plan({ demands: [makeDemand('a/x-1')], cancelled })).toEqual([]);
    expect(plan({ demands: [makeDemand('a/x-1', { nodes: ['node1', OPERATOR] })], cancelled })).toHaveLength(1);
  });

  test('is not enqueued while any build of it is live, a failed one included', () => {
    for (const state of BUILD_STATES) {
      const actions = plan({ demands: [makeDemand('a/x-1')], live: [makeLive(1, 'a/x-1', { state })] });
      expect(actions.filter((action) => action.kind === 'enqueue')).toEqual([]);
    }
  });

  test("takes on the face of the node that waits longest, without the variant's own line", () => {
    const demand = makeDemand('a/x-1', { nodes: ['node2', 'node1'] });
    const packageOf = (cpv: string) => ({ cpv, repository: 'gentoo', useEnabled: ['ssl'], useDisabled: [] });
    const wanted = new Map([
      ['node1', [packageOf('a/x-1'), packageOf('a/of-node1-1')]],
      ['node2', [packageOf('a/x-1'), packageOf('a/of-node2-1')]],
    ]);
    expect(plan({ demands: [demand], wanted })).toMatchObject([{ build: { face: [packageOf('a/of-node2-1')] } }]);
  });

  test('carries its bindings and a reason', () => {
    const bindings = [makeBinding('dev-libs/libfoo-2.0', '2')];
    expect(plan({ demands: [makeDemand('a/x-1', { bindings })] })).toMatchObject([
      { build: { bindings, reason: 'waits for a builder; one node waits for it' } },
    ]);
  });
});

describe('a library', () => {
  const consumer = makeDemand('a/consumer-1', { bindings: [makeBinding('a/library-1', '0')] });
  const library = makeDemand('a/library-1');
  const demands = [consumer, library];

  test('is enqueued before what needs it', () => {
    expect(plan({ demands })).toMatchObject([
      { kind: 'enqueue', build: { variantKey: 'a/library-1' }, needs: [] },
      { kind: 'enqueue', build: { variantKey: 'a/consumer-1' }, needs: ['a/library-1'] },
    ]);
  });

  test('that is being built already is needed all the same', () => {
    const live = [makeLive(7, 'a/library-1', { state: 'building' })];
    expect(plan({ demands, live })).toMatchObject([{ kind: 'enqueue', needs: ['a/library-1'] }]);
  });

  test('that is published is no longer needed', () => {
    const actions = plan({ demands, published: new Set(['a/library-1']) });
    expect(actions).toMatchObject([{ kind: 'enqueue', build: { variantKey: 'a/consumer-1' }, needs: [] }]);
  });

  test('that is demanded later makes a queued build wait, and leaves a running one alone', () => {
    const queued = plan({ demands, live: [makeLive(5, 'a/consumer-1')] });
    expect(queued).toMatchObject([{ kind: 'enqueue' }, { kind: 'need', buildId: 5, needs: ['a/library-1'] }]);
    const running = plan({ demands, live: [makeLive(5, 'a/consumer-1', { state: 'building' })] });
    expect(kindsOf(running)).toEqual(['enqueue a/library-1']);
  });

  test('in a circle is enqueued without waiting for ever', () => {
    const metadata = new Map([['a/library-1', makeMetadata({ bdepend: 'a/consumer' })]]);
    const enqueued = plan({ demands, metadata }).filter((action) => action.kind === 'enqueue');
    expect(enqueued.map((action) => [action.build.variantKey, action.needs])).toEqual([
      ['a/library-1', []],
      ['a/consumer-1', ['a/library-1']],
    ]);
  });
});

describe('a build that nobody wishes for any more', () => {
  test.each(['blocked', 'queued', 'held', 'aborted', 'failed'] as const)('is superseded while it is %s', (state) => {
    expect(kindsOf(plan({ live: [makeLive(1, 'a/x-1', { state })] }))).toEqual(['supersede 1']);
  });

  test.each(['leased', 'building', 'built', 'publishing', 'quarantined'] as const)(
    'is left to its end while it is %s',
    (state) => {
      expect(plan({ live: [makeLive(1, 'a/x-1', { state })] })).toEqual([]);
    },
  );

  test('stays while a wanted build needs it, directly or through another', () => {
    const live = [
      makeLive(1, 'a/base-1'),
      makeLive(2, 'a/library-1', { state: 'blocked', needs: [1] }),
      makeLive(3, 'a/consumer-1', { state: 'blocked', needs: [2] }),
    ];
    const actions = plan({ demands: [makeDemand('a/consumer-1')], live });
    expect(actions.filter((action) => action.kind === 'supersede')).toEqual([]);
  });
});

describe('the order of waiting builds', () => {
  const demands = [makeDemand('a/old-1', { minutes: 100 }), makeDemand('a/new-1', { minutes: 50 })];

  test('is written where it changed', () => {
    const live = [makeLive(1, 'a/new-1', { priority: 60 }), makeLive(2, 'a/old-1', { priority: 10 })];
    expect(kindsOf(plan({ demands, live })).sort()).toEqual(['rank 1', 'rank 2']);
  });

  test('is not written because minutes pass for all', () => {
    const live = [makeLive(1, 'a/old-1', { priority: 95 }), makeLive(2, 'a/new-1', { priority: 45 })];
    expect(plan({ demands, live })).toEqual([]);
  });

  test('leaves the reason of a build that was tried before', () => {
    const reason = 'tried again after a lost lease';
    const live = [makeLive(1, 'a/old-1', { priority: 1, attemptCount: 1, reason })];
    expect(plan({ demands: demands.slice(0, 1), live })).toMatchObject([{ kind: 'rank', reason }]);
  });

  test('is not written for builds that have begun', () => {
    expect(
      plan({ demands, live: ['a/old-1', 'a/new-1'].map((key, i) => makeLive(i, key, { state: 'leased' })) }),
    ).toEqual([]);
  });
});

describe('the ebuild of a demanded variant', () => {
  const demands = [makeDemand('a/x-1')];
  const failed = makeLive(1, 'a/x-1', { state: 'failed', ebuildMd5: 'old' });

  test('is tried again once it has changed since its build failed', () => {
    const actions = plan({ demands, live: [failed], ebuildMd5: new Map([['a/x-1', 'new']]) });
    expect(kindsOf(actions)).toEqual(['supersede 1', 'enqueue a/x-1']);
    expect(actions).toMatchObject([
      { reason: 'its ebuild has changed since it failed' },
      { build: { ebuildMd5: 'new' } },
    ]);
  });

  test.each([
    ['has not changed', failed, 'old'],
    ['was not known then', { ...failed, ebuildMd5: null }, 'new'],
    ['has changed while it is built', { ...failed, state: 'building' as const }, 'new'],
  ])('leaves its build alone when it %s', (_what, live, md5) => {
    expect(plan({ demands, live: [live], ebuildMd5: new Map([['a/x-1', md5]]) })).toEqual([]);
  });

  test('ends what waits to be built once the tree no longer has it', () => {
    const actions = plan({ demands, live: [makeLive(1, 'a/x-1')], gone: new Set(['a/x-1']) });
    expect(actions).toEqual([{ kind: 'supersede', buildId: 1, reason: "the binhost's tree no longer has a/x-1" }]);
    expect(plan({ demands, gone: new Set(['a/x-1']) })).toEqual([]);
  });
});

test('a build is planned for nodes, and for none where only the operator asked for it', () => {
  const [forNodes] = plan({ demands: [makeDemand('a/x-1', { nodes: ['node1', 'operator'] })] });
  const [forOperator] = plan({ demands: [makeDemand('a/x-1', { nodes: ['operator'] })] });
  expect(forNodes).toMatchObject({ build: { nodes: ['node1'] } });
  expect(forOperator).toMatchObject({ build: { nodes: [], face: [], reason: expect.stringContaining('operator') } });
});
