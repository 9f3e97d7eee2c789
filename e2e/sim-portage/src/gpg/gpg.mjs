/**
 * `gpg` as Portage and this project call it. Comes in: the real command line. Goes out: the real status lines and exit codes.
 * Keys and signatures are only readable by this program: what is simulated is the behaviour, not the format.
 */
import { readFileSync, writeFileSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { armor, unarmor } from './armor.mjs';
import { findKeys, fingerprintOf, keyId, makeKey, openKeyring, saveKeyring } from './keyring.mjs';
import { listKeys } from './list-keys.mjs';
import { parseGpgOptions } from './options.mjs';
import { clearSign, detachSign, verifySignature } from './signatures.mjs';

/** @param {string[]} argv @param {Record<string, string | undefined>} env */
export function gpg(argv, env) {
  const options = parseGpgOptions(argv);
  if ('wrong' in options) return said(`gpg: invalid option "${options.wrong}"`, 2);
  const run = COMMANDS[options.command];
  if (!run) return said('gpg: the simulated gpg needs a command such as --verify', 2);
  const home = options.values.homedir ?? env.GNUPGHOME ?? join(homedir(), '.gnupg');
  const call = { ...options, ring: openKeyring(home), now: Math.floor(Date.now() / 1000) };
  const result = { stdout: '', stderr: '', status: [], code: 0, ...run(call) };
  return deliver(result, options);
}

const said = (text, code) => ({ stdout: '', stderr: `${text}\n`, code });

function deliver(result, options) {
  const status = result.status.map((line) => `[GNUPG:] ${line}\n`).join('');
  const fd = Number(options.values['status-fd'] ?? -1);
  const out = { stdout: '', stderr: result.stderr ? `${result.stderr}\n` : '', code: result.code };
  if (options.values.output && options.values.output !== '-') writeFileSync(options.values.output, result.stdout);
  else out.stdout = result.stdout;
  if (fd === 1) out.stdout += status;
  else if (fd === 2) out.stderr += status;
  else if (fd > 2 && status) writeSync(fd, status);
  return out;
}

const COMMANDS = {
  version: () => ({ stdout: 'gpg (GnuPG) 2.4.7-simulated\nPubkey: EDDSA\nHash: SHA512\n' }),
  'check-trustdb': () => ({}),
  generate,
  'quick-generate': (call) => addKey(call, call.args[0] ?? ''),
  list: (call) => listKeys(call, false),
  'list-secret': (call) => listKeys(call, true),
  export: exportKeys,
  'export-secret': exportKeys,
  import: importKeys,
  'import-ownertrust': importOwnerTrust,
  lsign,
  delete: deleteKeys,
  'clear-sign': withSigner(clearSign),
  'detach-sign': withSigner(detachSign),
  sign: () => ({ stderr: 'gpg: the simulated gpg signs only with --clear-sign or --detach-sign', code: 2 }),
  verify: (call) => verifySignature(call),
  decrypt: (call) => verifySignature(call, true),
};

function generate(call) {
  const text = readInput(call.args[0]).toString();
  const field = (name) => new RegExp(`^${name}:[ \\t]*(.+)$`, 'm').exec(text)?.[1].trim();
  const comment = field('Name-Comment');
  const email = field('Name-Email');
  const uid = [field('Name-Real'), comment && `(${comment})`, email && `<${email}>`].filter(Boolean).join(' ');
  return uid ? addKey(call, uid) : { stderr: 'gpg: expected Name-Real or Name-Email in the parameters', code: 2 };
}

function addKey(call, uid) {
  if (findKeys(call.ring.keys, `=${uid}`).length > 0 && call.command === 'quick-generate' && !call.flags.has('yes')) {
    return { stderr: `gpg: A key for "${uid}" already exists`, code: 2 };
  }
  const key = makeKey(uid, call.now);
  saveKeyring({ ...call.ring, keys: [...call.ring.keys, key] });
  return {
    stderr: `gpg: key ${keyId(key)} marked as ultimately trusted`,
    status: [`KEY_CREATED P ${key.fingerprint}`],
  };
}

function exportKeys(call) {
  const secret = call.command === 'export-secret';
  const all = call.ring.keys.filter((key) => !secret || key.secretKey);
  const keys = call.args.length === 0 ? all : call.args.flatMap((wanted) => findKeys(all, wanted));
  if (keys.length === 0) return { stderr: 'gpg: WARNING: nothing exported' };
  const block = (key) =>
    secret
      ? armor('PRIVATE KEY BLOCK', {
          uid: key.uid,
          created: key.created,
          publicKey: key.publicKey,
          secretKey: key.secretKey,
        })
      : armor('PUBLIC KEY BLOCK', { uid: key.uid, created: key.created, publicKey: key.publicKey });
  return { stdout: keys.map(block).join('') };
}

function importKeys(call) {
  const texts = (call.args.length === 0 ? [undefined] : call.args).map((file) => readInput(file).toString());
  const found = texts.flatMap((text) => [...unarmor('PUBLIC KEY BLOCK', text), ...unarmor('PRIVATE KEY BLOCK', text)]);
  if (found.length === 0)
    return {
      stderr: 'gpg: no valid OpenPGP data found.',
      status: ['IMPORT_RES 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0'],
      code: 2,
    };
  const keys = [...call.ring.keys];
  const status = [];
  for (const { uid, created, publicKey, secretKey } of found) {
    const fingerprint = fingerprintOf(publicKey);
    const known = keys.find((key) => key.fingerprint === fingerprint);
    if (known && secretKey) known.secretKey = secretKey;
    if (!known)
      keys.push({ fingerprint, uid, created, publicKey, ...(secretKey && { secretKey }), trust: 'undefined' });
    if (!known) status.push(`IMPORTED ${fingerprint.slice(-16)} ${uid}`);
    status.push(`IMPORT_OK ${known ? 0 : 1} ${fingerprint}`);
  }
  saveKeyring({ ...call.ring, keys });
  return { stderr: `gpg: Total number processed: ${found.length}`, status };
}

function importOwnerTrust(call) {
  const lines = readInput(call.args[0]).toString().split('\n');
  const levels = new Map(
    lines.map((line) => line.trim().split(':')).map(([fingerprint, level]) => [fingerprint, level]),
  );
  const keys = call.ring.keys.map((key) => (levels.get(key.fingerprint) === '6' ? { ...key, trust: 'ultimate' } : key));
  saveKeyring({ ...call.ring, keys });
  return {};
}

/** A local signature: the ring's own ultimately trusted secret key vouches for the key. */
function lsign(call) {
  const anchor = call.ring.keys.find((key) => key.secretKey && key.trust === 'ultimate');
  if (!anchor) return { stderr: 'gpg: no default secret key: No secret key', code: 2 };
  const chosen = findKeys(call.ring.keys, call.args[0] ?? '');
  if (chosen.length === 0) return { stderr: `gpg: "${call.args[0] ?? ''}" is not a fingerprint: Not found`, code: 2 };
  for (const key of chosen) if (key.trust === 'undefined') key.trust = 'full';
  saveKeyring(call.ring);
  return {};
}

/** In batch mode gpg wants the fingerprint, and keeps a key whose secret half is there. */
function deleteKeys(call) {
  const chosen = call.args.flatMap((wanted) => findKeys(call.ring.keys, wanted));
  if (chosen.length === 0) return { stderr: `gpg: key "${call.args[0] ?? ''}" not found`, code: 2 };
  if (chosen.some((key) => key.secretKey)) {
    return { stderr: 'gpg: there is a secret key for public key; use option "--delete-secret-keys" first', code: 2 };
  }
  saveKeyring({ ...call.ring, keys: call.ring.keys.filter((key) => !chosen.includes(key)) });
  return {};
}

function withSigner(signWith) {
  return (call) => {
    const wanted = call.values['local-user'] ?? call.values['default-key'];
    const secret = call.ring.keys.filter((key) => key.secretKey);
    const key = wanted === undefined ? secret[0] : findKeys(secret, wanted)[0];
    if (!key)
      return {
        stderr: `gpg: skipped "${wanted ?? 'default key'}": No secret key\ngpg: signing failed: No secret key`,
        status: ['INV_SGNR 9 x'],
        code: 2,
      };
    return {
      ...signWith(key, readInput(call.args[0]), call.now),
      status: [`SIG_CREATED D 22 10 00 ${call.now} ${key.fingerprint}`],
    };
  };
}

const readInput = (file) => readFileSync(file === undefined || file === '-' ? 0 : file);
