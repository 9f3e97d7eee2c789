/** Making and checking signatures, with gpg's status lines. */
import { readFileSync } from 'node:fs';
import { armor, canonicalText, clearSignFrame, openClearSigned, unarmor } from './armor.mjs';
import { isGoodSignature, keyId, signBytes } from './keyring.mjs';

export function detachSign(key, bytes, now) {
  return { stdout: armor('SIGNATURE', signBytes(key, bytes, now)) };
}

export function clearSign(key, bytes, now) {
  const text = bytes.toString();
  const signature = signBytes(key, Buffer.from(canonicalText(text)), now);
  return { stdout: clearSignFrame(text, armor('SIGNATURE', signature)) };
}

/**
 * `--verify MESSAGE`, `--verify SIGNATURE FILE`; a missing file or `-` is stdin.
 * @param {boolean} [print] whether the signed text goes to stdout, as `--decrypt` and `--output` do
 */
export function verifySignature(call, print = call.values.output !== undefined) {
  const read = (file) => readFileSync(file === undefined || file === '-' ? 0 : file);
  const first = read(call.args[0]);
  if (call.args.length > 1) {
    return checkSignature(call.ring.keys, unarmor('SIGNATURE', first.toString())[0], read(call.args[1]));
  }
  const message = openClearSigned(first.toString());
  if (!message) return { stderr: 'gpg: no valid OpenPGP data found.', status: ['NODATA 4'], code: 2 };
  const result = checkSignature(call.ring.keys, message.signature, Buffer.from(canonicalText(message.text)));
  return print ? { ...result, stdout: message.text } : result;
}

/** @returns {{ stderr: string, status: string[], code: number }} */
export function checkSignature(keys, signature, bytes) {
  if (!signature?.fingerprint) return { stderr: 'gpg: no valid OpenPGP data found.', status: ['NODATA 4'], code: 2 };
  const key = keys.find((each) => each.fingerprint === signature.fingerprint);
  const id = signature.fingerprint.slice(-16);
  const made = `gpg: Signature made by EDDSA key ${signature.fingerprint}`;
  if (!key) {
    return {
      stderr: `${made}\ngpg: Can't check signature: No public key`,
      status: ['NEWSIG', `ERRSIG ${id} 22 10 00 ${signature.created} 9 ${signature.fingerprint}`, `NO_PUBKEY ${id}`],
      code: 2,
    };
  }
  if (!isGoodSignature(key, bytes, signature)) {
    return {
      stderr: `${made}\ngpg: BAD signature from "${key.uid}"`,
      status: ['NEWSIG', `BADSIG ${keyId(key)} ${key.uid}`],
      code: 1,
    };
  }
  const warning =
    key.trust === 'undefined' ? '\ngpg: WARNING: This key is not certified with a trusted signature!' : '';
  return {
    stderr: `${made}\ngpg: Good signature from "${key.uid}" [${key.trust === 'undefined' ? 'unknown' : key.trust}]${warning}`,
    status: goodStatus(key, signature),
    code: 0,
  };
}

function goodStatus(key, signature) {
  const day = new Date(signature.created * 1000).toISOString().slice(0, 10);
  const trust = { ultimate: 'TRUST_ULTIMATE', full: 'TRUST_FULLY', undefined: 'TRUST_UNDEFINED' }[key.trust];
  return [
    'NEWSIG',
    `KEY_CONSIDERED ${key.fingerprint} 0`,
    `GOODSIG ${keyId(key)} ${key.uid}`,
    `VALIDSIG ${key.fingerprint} ${day} ${signature.created} 0 4 0 22 10 01 ${key.fingerprint}`,
    `KEY_CONSIDERED ${key.fingerprint} 0`,
    `${trust} 0 pgp`,
  ];
}
