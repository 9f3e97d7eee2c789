import { expect, test } from 'vitest';
import { judgeIdentity } from '../../src/access/judge-identity.ts';

const known = {
  publicKey: 'k'.repeat(43),
  nodeName: 'attic',
  pool: 'default',
  joinedAt: new Date(0),
  joinedBy: 'join token 1',
  revokedAt: null,
  revokedReason: null,
  lastSeenAt: null,
  lastAddress: null,
};

test('a known identity comes in by its own name', () => {
  expect(judgeIdentity(known, 'attic')).toBeUndefined();
});

test.each([
  ['an unknown key', undefined, 'attic', 'IDENTITY_UNKNOWN'],
  ['the name of another node', known, 'cellar', 'IDENTITY_NAME'],
  ['a revoked key', { ...known, revokedAt: new Date(1), revokedReason: 'sold' }, 'attic', 'IDENTITY_REVOKED'],
])('%s is refused', (_what, row, nodeName, code) => {
  expect(judgeIdentity(row, nodeName)?.code).toBe(code);
});

test('the reason of a revocation is told', () => {
  const row = { ...known, revokedAt: new Date(1), revokedReason: 'sold' };
  expect(judgeIdentity(row, 'attic')?.message).toBe('the identity of attic was revoked: sold');
});
