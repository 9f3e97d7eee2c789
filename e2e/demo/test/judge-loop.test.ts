import { describe, expect, it } from 'vitest';
import type { AgentStatusView } from '../../support/views.ts';
import { isLoopOver, judgeLoop } from '../judge-loop.ts';

type Wish = NonNullable<AgentStatusView['wishes']>['list'][number];

function wish(cpv: string, state: Wish['state'], more: Partial<Wish> = {}): Wish {
  return {
    cpv,
    state,
    useEnabled: [],
    bindings: [],
    reasonCode: null,
    reason: null,
    buildState: null,
    sinceMs: 0,
    buildId: null,
    ...more,
  };
}

function judged(list: Wish[] | undefined, wanted: number) {
  const status: AgentStatusView = {
    node: 'desk',
    link: { state: 'online' },
    looking: null,
    lastLook: null,
    wishes: list ? { list } : null,
    trouble: null,
  };
  const agents = { desk: status };
  return judgeLoop({ nodes: [], builds: [], agents }, { nodes: { desk: wanted }, failing: 'games-misc/never-1' });
}

describe('judgeLoop', () => {
  it('is content once every wish is ready and the failing one is explained', () => {
    const failing = wish('games-misc/never-1', 'waiting', { buildState: 'failed', reason: 'it never compiles' });
    expect(judged([wish('app/a-1', 'ready'), failing], 2)).toEqual({ missing: [], wrong: [] });
  });

  it('misses wishes that are unknown, waiting or not proven', () => {
    expect(judged(undefined, 1).missing).toHaveLength(1);
    expect(judged([wish('app/a-1', 'ready')], 2).missing).toEqual(['desk: 1 of 2 wishes are known']);
    expect(judged([wish('app/a-1', 'published')], 1).missing).toEqual(['desk: app/a-1 is published']);
  });

  it('calls a refused wish and an unexpected failure wrong', () => {
    const refused = wish('app/a-1', 'refused', { reason: 'no key' });
    const failed = wish('app/b-1', 'waiting', { buildState: 'failed', reason: 'compile' });
    expect(judged([refused, failed], 2).wrong).toEqual([
      'desk: app/a-1 is refused: no key',
      'desk: app/b-1 failed: compile',
    ]);
  });

  it('calls it wrong if the package that never compiles gets ready', () => {
    expect(judged([wish('games-misc/never-1', 'ready')], 1).wrong).toHaveLength(1);
  });
});

describe('isLoopOver', () => {
  it('gives what is wrong the time to heal', () => {
    expect(isLoopOver({ missing: [], wrong: [] }, 0)).toBe(true);
    expect(isLoopOver({ missing: [], wrong: ['x'] }, 1000)).toBe(false);
    expect(isLoopOver({ missing: [], wrong: ['x'] }, 6000)).toBe(true);
    expect(isLoopOver({ missing: ['y'], wrong: ['x'] }, 6000)).toBe(false);
  });
});
