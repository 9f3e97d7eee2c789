import { expect, test } from 'vitest';
import { joinTokenState, judgeJoinToken } from '../../src/access/judge-join-token.ts';

const NOW = Date.UTC(2026, 0, 2);
const open = { expiresAt: new Date(NOW + 1), revokedAt: null, usedAt: null, usedKey: null };
const used = { ...open, usedAt: new Date(NOW - 5), usedKey: 'its key' };

test('an open token lets a node in until the moment at which it ends', () => {
  expect(judgeJoinToken(open, 'a key', NOW)).toEqual({ kind: 'enrol' });
  expect(judgeJoinToken(open, 'a key', NOW + 1)).toEqual({ kind: 'refuse', why: 'its time has passed' });
});

test('a used token lets in only the key that used it', () => {
  expect(judgeJoinToken(used, 'its key', NOW + 100)).toEqual({ kind: 'again' });
  expect(judgeJoinToken(used, 'another key', NOW)).toEqual({ kind: 'refuse', why: 'it was used already' });
});

test('a revoked token lets nobody in', () => {
  const revoked = { ...open, revokedAt: new Date(NOW - 1) };
  expect(judgeJoinToken(revoked, 'a key', NOW)).toEqual({ kind: 'refuse', why: 'it was revoked' });
  expect(joinTokenState({ ...used, revokedAt: new Date(NOW) }, NOW)).toBe('used');
});
