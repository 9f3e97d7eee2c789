import type { WishView } from '@binhost/shared/protocol';
import { expect, test } from 'vitest';
import { hookInput, wishEvents } from '../../src/hooks/hook-event.ts';
import { refuseHook } from '../../src/hooks/judge-hook.ts';

function wish(overrides: Partial<WishView>): WishView {
  return {
    cpv: 'sys-fs/fuse-2.6.1',
    useEnabled: [],
    bindings: [],
    state: 'waiting',
    reasonCode: null,
    reason: null,
    buildState: 'queued',
    sinceMs: 0,
    buildId: null,
    ...overrides,
  };
}

test('the first snapshot after a start tells nothing', () => {
  expect(wishEvents(undefined, [wish({ state: 'ready' })], 1)).toEqual([]);
});

test('a wish that became ready is told once, with its build', () => {
  const ready = [wish({ state: 'ready', buildState: 'published', buildId: 3 })];
  expect(wishEvents([wish({})], ready, 7)).toEqual([
    { event: 'ready', atMs: 7, cpv: 'sys-fs/fuse-2.6.1', buildId: 3, reason: '' },
  ]);
  expect(wishEvents(ready, ready, 8)).toEqual([]);
});

test.each([
  [{ state: 'refused' }, 'refused'],
  [{ state: 'unbuildable' }, 'unbuildable'],
  [{ state: 'excluded' }, 'unbuildable'],
  [{ state: 'waiting', buildState: 'failed' }, 'failed'],
] as const)('%j is told as %s', (changed, event) => {
  expect(wishEvents([wish({})], [wish(changed)], 1)[0]?.event).toBe(event);
});

test('two variants of one package are told apart', () => {
  const before = [wish({ useEnabled: ['a'], state: 'ready' }), wish({ useEnabled: ['b'] })];
  const now = [wish({ useEnabled: ['a'], state: 'ready' }), wish({ useEnabled: ['b'], state: 'ready' })];
  expect(wishEvents(before, now, 1)).toHaveLength(1);
});

test('a hook gets the event in its environment and as a line of JSON', () => {
  const event = { event: 'refused' as const, atMs: 0, cpv: 'a/b-1', buildId: null, reason: '$(rm) `x`' };
  const { env, input } = hookInput(event, 'node1');
  expect(env).toEqual({
    BINHOST_EVENT: 'refused',
    BINHOST_NODE: 'node1',
    BINHOST_CPV: 'a/b-1',
    BINHOST_BUILD_ID: '',
    BINHOST_REASON: '$(rm) `x`',
    BINHOST_AT: '1970-01-01T00:00:00.000Z',
  });
  expect(JSON.parse(input)).toEqual({ ...event, node: 'node1' });
});

const FILE = { path: '/h/10-x', isFile: true, mode: 0o755, uid: 0 };

test.each([
  ['a hook of root', FILE, 0, undefined],
  ["a hook of the agent's own user", { ...FILE, uid: 1000 }, 1000, undefined],
  ['a directory', { ...FILE, isFile: false }, 0, 'no regular file'],
  ['a file without the right to run', { ...FILE, mode: 0o644 }, 0, 'not executable'],
  ['a file that everybody may write', { ...FILE, mode: 0o777 }, 0, 'written by everybody'],
  ['a file that its group may write, for root', { ...FILE, mode: 0o775 }, 0, 'by its group'],
  ["somebody else's file", { ...FILE, uid: 1001 }, 0, 'belongs to user 1001'],
])('%s is judged', (_what, file, uid, why) => {
  if (why === undefined) expect(refuseHook(file, uid)).toBeUndefined();
  else expect(refuseHook(file, uid)).toContain(why);
});
