import { describe, expect, test } from 'vitest';
import { whatToDoAboutBuild, whatToDoAboutWish } from '../../src/status/what-to-do.ts';
import { whyVariants } from '../../src/status/why-view.ts';
import { makeBuildRow, makeWish } from './make-rows.ts';

describe('why', () => {
  test('puts wishes of several nodes under one variant, with its newest build', () => {
    const builds = [makeBuildRow({ id: 14, state: 'failed', failureKind: 'fetch' }), makeBuildRow({ id: 12 })];
    const wishes = [makeWish(), makeWish({ nodeName: 'beta', state: 'refused', reasonCode: 'use', reason: 'other' })];
    const variants = whyVariants({ wishes, builds, attempts: [] });
    expect(variants).toMatchObject([
      {
        wishes: [
          { node: 'alpha', state: 'waiting', whatToDo: null },
          { node: 'beta', state: 'refused', whatToDo: expect.stringContaining('beta') },
        ],
        build: { id: 14 },
        whatToDo: expect.stringContaining('retry 14'),
      },
    ]);
  });

  test('names variants that nobody wishes for behind those that somebody does', () => {
    const builds = [makeBuildRow({ id: 14, variantKey: 'v2', state: 'published' })];
    const variants = whyVariants({ wishes: [makeWish()], builds, attempts: [] });
    expect(variants.map(({ variantKey, build }) => [variantKey, build?.id])).toEqual([
      ['v1', undefined],
      ['v2', 14],
    ]);
  });

  test('offers to retry a cancelled build only where somebody still waits', () => {
    const builds = [makeBuildRow({ state: 'cancelled' })];
    expect(whyVariants({ wishes: [makeWish()], builds, attempts: [] })[0]?.whatToDo).toContain('retry 12');
    expect(whyVariants({ wishes: [], builds, attempts: [] })[0]?.whatToDo).toBeNull();
  });
});

describe('what to do', () => {
  test.each([
    ['held', null, 'policy', /approve 7.*cancel 7.*policy list/],
    ['held', null, 'person', /approve 7.*cancel 7/],
    ['quarantined', null, 'check', /approve 7.*publishes it/],
    ['failed', 'package', null, /retry 7/],
    ['failed', 'fetch', null, /mirrors.*retry 7/],
    ['failed', 'config', null, /configuration.*retry 7/],
    ['failed', 'machinery', null, /binhost.*retry 7/],
  ] as const)('about a build that is %s (%s, %s)', (state, failureKind, heldBy, text) => {
    expect(whatToDoAboutBuild({ id: 7, state, failureKind, heldBy })).toMatch(text);
  });

  test('nothing, where all goes on by itself', () => {
    expect(whatToDoAboutBuild({ id: 7, state: 'queued', failureKind: null, heldBy: null })).toBeUndefined();
    expect(whatToDoAboutWish({ node: 'alpha', state: 'waiting', reasonCode: null })).toBeUndefined();
    expect(whatToDoAboutWish({ node: 'alpha', state: 'excluded', reasonCode: 'live' })).toBeUndefined();
  });

  test('about what a policy denies is to lift the policy', () => {
    expect(whatToDoAboutWish({ node: 'alpha', state: 'unbuildable', reasonCode: 'denied' })).toMatch(/policy remove/);
  });

  test('about a signature that a node does not accept is on that node', () => {
    expect(whatToDoAboutWish({ node: 'alpha', state: 'refused', reasonCode: 'signature' })).toMatch(/alpha.*key/);
  });
});
