import { BUILD_STATES } from '@binhost/shared/protocol';
import { describe, expect, test } from 'vitest';
import type { WishWithBuild } from '../../src/demand/wish-build-store.ts';
import { viewWish } from '../../src/demand/wish-view.ts';

const waiting: WishWithBuild = {
  cpv: 'dev-libs/libfoo-1.2',
  useEnabled: ['ssl'],
  bindings: [{ cp: 'dev-libs/a', slot: '0', subslot: '2', cpv: 'dev-libs/a-1', repository: 'gentoo', useEnabled: [] }],
  state: 'waiting',
  reasonCode: null,
  reason: null,
  publishedBuildId: null,
  stateSinceMs: 1000,
  buildState: null,
  buildReason: null,
};

describe('the view of a wish', () => {
  test('shows its bindings in their text form', () => {
    expect(viewWish(waiting)).toMatchObject({ bindings: ['dev-libs/a:0/2'], sinceMs: 1000, buildId: null });
  });

  test('has a reason whenever it waits, whatever its build does', () => {
    for (const buildState of [null, ...BUILD_STATES]) {
      for (const buildReason of [null, '', 'because']) {
        expect(viewWish({ ...waiting, buildState, buildReason }).reason).toMatch(/\w/);
      }
    }
  });

  test('tells why its build failed', () => {
    expect(viewWish({ ...waiting, buildState: 'failed', buildReason: 'compile phase' })).toMatchObject({
      reasonCode: 'build-failed',
      reason: 'its build failed: compile phase',
    });
  });

  test('tells that a person cancelled its build, and why', () => {
    expect(viewWish({ ...waiting, buildState: 'cancelled', buildReason: 'too large' })).toMatchObject({
      reasonCode: 'build-cancelled',
      reason: 'its build was cancelled: too large',
    });
  });

  test('shows its own reason where it has one', () => {
    const wish = { ...waiting, state: 'excluded' as const, reasonCode: 'live', reason: 'a live ebuild' };
    expect(viewWish(wish)).toMatchObject({ reasonCode: 'live', reason: 'a live ebuild' });
  });
});
