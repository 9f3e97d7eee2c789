import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { isSignedClaim, publicKeyText, signClaim } from '../../src/trust/index.ts';

function makeKey(type: 'ed25519' | 'ed448' = 'ed25519') {
  const pair = generateKeyPairSync(type as 'ed25519');
  return {
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicPem: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

const claim = { nonce: 'n'.repeat(43), nodeName: 'attic', protocolVersion: 1 };
const key = makeKey();
const signed = signClaim(claim, key.privateKey);

test('what a key signed is signed, and its public key has one spelling', () => {
  expect(isSignedClaim(claim, signed)).toBe(true);
  expect(publicKeyText(key.publicPem)).toBe(signed.publicKey);
  expect(publicKeyText(signed.publicKey)).toBe(signed.publicKey);
});

test.each([
  ['another nonce', { nonce: 'm'.repeat(43) }],
  ['another name', { nodeName: 'cellar' }],
  ['another protocol', { protocolVersion: 2 }],
])('a signature is of no use for %s', (_what, changed) => {
  expect(isSignedClaim({ ...claim, ...changed }, signed)).toBe(false);
});

test('a signature of another key, or none at all, is not taken', () => {
  const other = signClaim(claim, makeKey().privateKey);
  expect(isSignedClaim(claim, { ...signed, publicKey: other.publicKey })).toBe(false);
  expect(isSignedClaim(claim, { ...signed, signature: '' })).toBe(false);
  expect(isSignedClaim(claim, { ...signed, publicKey: 'no key' })).toBe(false);
});

test('only Ed25519 keys are identities', () => {
  const other = makeKey('ed448');
  expect(publicKeyText(other.publicPem)).toBeUndefined();
  expect(publicKeyText('nothing')).toBeUndefined();
  expect(() => signClaim(claim, other.privateKey)).toThrow('expected an Ed25519 key');
});
