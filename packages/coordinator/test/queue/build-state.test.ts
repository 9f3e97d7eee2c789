import { BUILD_STATES } from '@binhost/shared/protocol';
import { describe, expect, it } from 'vitest';
import {
  BUILD_TRANSITIONS,
  type BuildEvent,
  LEASED_BUILD_STATES,
  LIVE_BUILD_STATES,
  nextBuildState,
} from '../../src/queue/build-state.ts';

const EVENTS = [...new Set(BUILD_STATES.flatMap((state) => Object.keys(BUILD_TRANSITIONS[state]) as BuildEvent[]))];

describe('build states', () => {
  it('are entered only by the moves that the table names', () => {
    for (const state of BUILD_STATES) {
      for (const event of EVENTS) expect(nextBuildState(state, event)).toBe(BUILD_TRANSITIONS[state][event]);
    }
  });

  it('can all be reached from queued', () => {
    const reached = new Set(['queued']);
    for (const _ of BUILD_STATES) {
      for (const state of BUILD_STATES.filter((candidate) => reached.has(candidate))) {
        for (const to of Object.values(BUILD_TRANSITIONS[state])) reached.add(to);
      }
    }
    expect([...reached].sort()).toEqual([...BUILD_STATES].sort());
  });

  it('have no way out of an end, and an end ahead of all others', () => {
    const ends = BUILD_STATES.filter((state) => !LIVE_BUILD_STATES.includes(state));
    expect(ends).toEqual(['published', 'cancelled', 'superseded']);
    for (const end of ends) expect(BUILD_TRANSITIONS[end]).toEqual({});
    for (const state of LIVE_BUILD_STATES) expect(Object.keys(BUILD_TRANSITIONS[state])).not.toEqual([]);
  });

  it('of a running build can always be given back, so that a lost builder never holds one for ever', () => {
    for (const state of LEASED_BUILD_STATES) expect(nextBuildState(state, 'abort')).toBe('aborted');
    expect(nextBuildState('publishing', 'abort')).toBe('aborted');
    expect(nextBuildState('aborted', 'requeue')).toBe('queued');
  });
});
