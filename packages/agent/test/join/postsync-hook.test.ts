import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { POSTSYNC_HOOK } from '../../src/join/postsync-hook.ts';

test('the hook that join installs is the one of packaging/', () => {
  const file = new URL('../../../../packaging/portage/postsync.d/binhost-agent', import.meta.url);
  expect(POSTSYNC_HOOK).toBe(readFileSync(file, 'utf8'));
});
