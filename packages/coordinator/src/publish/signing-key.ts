import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { coordinatorError } from '../coordinator-errors.ts';
import type { Logger } from '../log.ts';
import { chooseSigningKey, listedSigningKeys, type SigningKey } from './key-list.ts';
import { FINGERPRINT_FILE, KEY_FILE, KEYS_FILE, type PoolKeyFacts } from './pool-key.ts';
import { type Gpg, runGpg } from './run-gpg.ts';
import { writeAtomically } from './write-atomically.ts';

/** The name that a key made by us carries. */
const KEY_NAME = 'binhost-agent package signing';

export interface KeyChoice {
  /** Fingerprint of `pools.POOL.signingKey`; '' where none is set. */
  configured: string;
  nowMs: number;
  /** How long a new key is only told to the nodes. */
  leadMs: number;
}

/** The key that signs a pool, and all that its nodes should know. */
export interface PoolKeys {
  current: string;
  /** Those that may have signed what is published, and the one that signs next; the current one is among them. */
  all: SigningKey[];
}

/**
 * The keys of a pool: the configured one alone, else those of the home, of which there is at least one afterwards (ed25519, no
 * expiry, no passphrase: whoever reads the home can sign, so it is the publisher's alone).
 *
 * @throws SIGNING_FAILED
 */
export async function openSigningKeys(gpg: Gpg, choice: KeyChoice, log: Logger): Promise<PoolKeys> {
  await mkdir(gpg.home, { recursive: true, mode: 0o700 });
  const { configured, nowMs, leadMs } = choice;
  const known = await listSigningKeys(gpg);
  if (configured !== '') return { current: configured, all: known.filter((key) => key.fingerprint === configured) };
  const current = chooseSigningKey(known, nowMs, leadMs);
  if (current) return { current: current.fingerprint, all: known };
  log.info({ home: gpg.home }, 'making signing key');
  const made = await makeSigningKey(gpg);
  log.info({ fingerprint: made.fingerprint }, 'made signing key');
  return { current: made.fingerprint, all: [...known, made] };
}

export async function listSigningKeys(gpg: Gpg): Promise<SigningKey[]> {
  return listedSigningKeys(await runGpg(gpg, ['--with-colons', '--list-secret-keys']));
}

/** @throws SIGNING_FAILED */
export async function makeSigningKey(gpg: Gpg): Promise<SigningKey> {
  const before = new Set((await listSigningKeys(gpg)).map((key) => key.fingerprint));
  await runGpg(gpg, ['--yes', '--passphrase', '', '--quick-gen-key', KEY_NAME, 'ed25519', 'sign', 'never']);
  const made = (await listSigningKeys(gpg)).find((key) => !before.has(key.fingerprint));
  if (made) return made;
  throw coordinatorError('SIGNING_FAILED', `expected gpg to make a key in ${gpg.home}, found none afterwards`, {
    hint: 'Run gpg --list-secret-keys there by hand as the user of the publisher.',
  });
}

/**
 * Makes the key that signs next. Nothing else changes: the old one stays, what it signed stays valid, and its signature on the
 * new one shows everybody who trusts the old where the new comes from.
 *
 * @throws SIGNING_FAILED
 */
export async function rotateSigningKey(
  gpg: Gpg,
  nowMs: number,
): Promise<{ from: SigningKey | undefined; to: SigningKey }> {
  const from = chooseSigningKey(await listSigningKeys(gpg), nowMs, 0);
  const to = await makeSigningKey(gpg);
  if (from) {
    const options = ['--yes', '--passphrase', '', '--local-user', from.fingerprint];
    await runGpg(gpg, [...options, '--quick-sign-key', to.fingerprint]);
  }
  return { from, to };
}

/** Puts the armored public keys and what is known of them beside the index, if they do not stand there already. */
export async function exportPublicKeys(gpg: Gpg, { current, all }: PoolKeys, poolDirectory: string): Promise<void> {
  const names = new Set([current, ...all.map((key) => key.fingerprint)]);
  const armored = await runGpg(gpg, ['--armor', '--export', ...names]);
  if (!armored.includes('BEGIN PGP PUBLIC KEY BLOCK') || !(await holds(gpg, current))) {
    throw coordinatorError('SIGNING_FAILED', `expected the key ${current} in ${gpg.home}, found none`, {
      hint: 'Import its secret key there, or leave pools.POOL.signingKey empty to have one made.',
    });
  }
  const facts: PoolKeyFacts = {
    format: 1,
    current,
    keys: all.map(({ fingerprint, createdAtMs, expiresAtMs }) => ({ fingerprint, createdAtMs, expiresAtMs })),
  };
  await writeIfOther(join(poolDirectory, KEY_FILE), armored);
  await writeIfOther(join(poolDirectory, KEYS_FILE), `${JSON.stringify(facts)}\n`);
  await writeIfOther(join(poolDirectory, FINGERPRINT_FILE), `${current}\n`);
}

async function holds(gpg: Gpg, fingerprint: string): Promise<boolean> {
  return (await runGpg(gpg, ['--armor', '--export', fingerprint])).includes('BEGIN PGP PUBLIC KEY BLOCK');
}

async function writeIfOther(file: string, text: string): Promise<void> {
  const current = await readFile(file, 'utf8').catch(() => '');
  if (current !== text) await writeAtomically(file, text);
}
