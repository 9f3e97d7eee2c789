/**
 * A key ring: one file in the GnuPG home directory with Ed25519 keys of node:crypto.
 * A key made here is trusted ultimately; an imported one only once a key of this ring has signed it locally.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'simulated-keyring.json';

/**
 * @typedef {{ fingerprint: string, uid: string, created: number, publicKey: string, secretKey?: string,
 *   trust: 'ultimate' | 'full' | 'undefined' }} Key
 */

/** @param {string} home */
export function openKeyring(home) {
  const file = join(home, FILE);
  const keys = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  return { home, keys };
}

export function saveKeyring({ home, keys }) {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const file = join(home, FILE);
  // Secret keys are readable for the owner only; a ring that just verifies may be read by everybody, as Portage needs it.
  const mode = keys.some((key) => key.secretKey) ? 0o600 : 0o644;
  writeFileSync(`${file}.new`, `${JSON.stringify(keys, null, 1)}\n`, { mode });
  renameSync(`${file}.new`, file);
}

/** @returns {Key} */
export function makeKey(uid, nowSeconds) {
  const pair = generateKeyPairSync('ed25519');
  const publicKey = pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  return {
    fingerprint: fingerprintOf(publicKey),
    uid,
    created: nowSeconds,
    publicKey,
    secretKey: pair.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    trust: 'ultimate',
  };
}

/** Of the key's own bytes, so that an altered key is another key. */
export function fingerprintOf(publicKey) {
  return createHash('sha1').update(Buffer.from(publicKey, 'base64')).digest('hex').toUpperCase();
}

export const keyId = (key) => key.fingerprint.slice(-16);

/** By fingerprint, key id, or a part of the user id; `0x` and a trailing `!` are allowed. */
export function findKeys(keys, wanted) {
  const id = wanted.replace(/^0x/i, '').replace(/!$/, '').replaceAll(' ', '').toUpperCase();
  if (/^[0-9A-F]{8,40}$/.test(id)) return keys.filter((key) => key.fingerprint.endsWith(id));
  const name = wanted.replace(/^[=<]|>$/g, '').toLowerCase();
  return keys.filter((key) => key.uid.toLowerCase().includes(name));
}

/** @returns {{ fingerprint: string, created: number, value: string }} */
export function signBytes(key, bytes, nowSeconds) {
  const secret = createPrivateKey({ key: Buffer.from(key.secretKey, 'base64'), format: 'der', type: 'pkcs8' });
  return { fingerprint: key.fingerprint, created: nowSeconds, value: sign(null, bytes, secret).toString('base64') };
}

export function isGoodSignature(key, bytes, signature) {
  const publicKey = createPublicKey({ key: Buffer.from(key.publicKey, 'base64'), format: 'der', type: 'spki' });
  return verify(null, bytes, publicKey, Buffer.from(signature.value, 'base64'));
}
