/** `gpg --list-keys`, `--list-secret-keys`: for programs (`--with-colons`) and for people. */
import { findKeys, keyId } from './keyring.mjs';

const VALIDITY = { ultimate: 'u', full: 'f', undefined: '-' };

/** @param {{ ring: { keys: any[] }, args: string[], flags: Set<string> }} call */
export function listKeys(call, secret) {
  const all = call.ring.keys.filter((key) => !secret || key.secretKey);
  const keys = call.args.length === 0 ? all : call.args.flatMap((wanted) => findKeys(all, wanted));
  if (call.args.length > 0 && keys.length === 0) {
    return { stderr: `gpg: error reading key: No ${secret ? 'secret' : 'public'} key`, code: 2 };
  }
  const stdout = call.flags.has('with-colons') ? colonLines(keys, secret) : plainLines(keys, secret);
  return { stdout };
}

function colonLines(keys, secret) {
  const lines = secret ? [] : ['tru::1:0:0:3:1:5'];
  for (const key of keys) {
    const validity = VALIDITY[key.trust];
    lines.push(
      `${secret ? 'sec' : 'pub'}:${validity}:255:22:${keyId(key)}:${key.created}:::${validity}:::scSC:::${secret ? '+' : ''}::ed25519:::0:`,
    );
    lines.push(`fpr:::::::::${key.fingerprint}:`);
    lines.push(
      `uid:${validity}::::${key.created}::${key.fingerprint}::${key.uid.replaceAll(':', '\\x3a')}::::::::::0:`,
    );
  }
  return lines.map((line) => `${line}\n`).join('');
}

function plainLines(keys, secret) {
  const word = { ultimate: 'ultimate', full: '  full  ', undefined: ' unknown' };
  return keys
    .map((key) => {
      const day = new Date(key.created * 1000).toISOString().slice(0, 10);
      return `${secret ? 'sec' : 'pub'}   ed25519 ${day} [SC]\n      ${key.fingerprint}\nuid           [${word[key.trust]}] ${key.uid}\n\n`;
    })
    .join('');
}
