import { generateKeyPairSync, sign } from 'node:crypto';
import { leaveText } from '@binhost/shared/protocol';
import { expect, test } from 'vitest';
import { judgeLeave } from '../../src/access/judge-leave.ts';

const NOW = Date.UTC(2026, 0, 2);
const { publicKey: key, privateKey } = generateKeyPairSync('ed25519');
const publicKey = key.export({ type: 'spki', format: 'pem' }).toString();
const signed = (text: string) => sign(null, Buffer.from(text), privateKey).toString('base64url');
const good = { publicKey, sentAtMs: NOW, signature: signed(leaveText(publicKey, NOW)) };

test('a goodbye that was just signed by its own key is taken', () => {
  expect(judgeLeave(good, NOW + 5000)).toBeUndefined();
});

test('one that is played back later is not', () => {
  expect(judgeLeave(good, NOW + 3_600_000)).toBe('it was signed 3600 s ago');
});

test('one by another key, of another moment, or without a key is not', () => {
  const other = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const wrong = 'its signature is not by that key';
  expect(judgeLeave({ ...good, publicKey: other }, NOW)).toBe(wrong);
  expect(judgeLeave({ ...good, sentAtMs: NOW + 1 }, NOW)).toBe(wrong);
  expect(judgeLeave({ ...good, publicKey: 'none' }, NOW)).toBe(wrong);
});
