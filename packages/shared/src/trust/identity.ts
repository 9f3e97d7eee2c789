import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { PUBLIC_KEY_PATTERN } from '../protocol/key-values.ts';

/**
 * A node's identity: an Ed25519 key pair whose private half never leaves the node. In a hello it signs the coordinator's
 * nonce, so that what was heard of one connection opens no other; and it needs nothing of TLS, so that it works behind a proxy.
 */
export interface IdentityClaim {
  /** From the coordinator's challenge on this very connection. */
  nonce: string;
  nodeName: string;
  protocolVersion: number;
}

/**
 * A public key in its one spelling.
 *
 * @param key SPKI in PEM, or the raw key in base64url
 * @returns undefined where it is no Ed25519 key
 */
export function publicKeyText(key: string): string | undefined {
  try {
    return rawPublicKey(PUBLIC_KEY_PATTERN.test(key) ? publicKeyOf(key) : createPublicKey(key));
  } catch {
    return undefined;
  }
}

/** @param privateKey PKCS #8 in PEM @throws where it is no Ed25519 key */
export function signClaim(claim: IdentityClaim, privateKey: string): { publicKey: string; signature: string } {
  const key = createPrivateKey(privateKey);
  const publicKey = rawPublicKey(createPublicKey(key));
  if (publicKey === undefined) throw new Error(`expected an Ed25519 key, got ${key.asymmetricKeyType}`);
  return { publicKey, signature: sign(null, claimBytes(claim), key).toString('base64url') };
}

export function isSignedClaim(
  claim: IdentityClaim,
  { publicKey, signature }: { publicKey: string; signature: string },
) {
  try {
    return verify(null, claimBytes(claim), publicKeyOf(publicKey), Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}

/** Begins with what it is for, so that it can never be read as a signature of something else. None of the values has a line end. */
function claimBytes({ nonce, nodeName, protocolVersion }: IdentityClaim): Buffer {
  return Buffer.from(`binhost hello 1\nnonce ${nonce}\nnode ${nodeName}\nprotocol ${protocolVersion}\n`);
}

function publicKeyOf(raw: string): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw }, format: 'jwk' });
}

function rawPublicKey(key: KeyObject): string | undefined {
  return key.asymmetricKeyType === 'ed25519' ? key.export({ format: 'jwk' }).x : undefined;
}
