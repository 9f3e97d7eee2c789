import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { coordinatorError } from '../coordinator-errors.ts';
import type { Logger } from '../log.ts';
import { FINGERPRINT_FILE, KEY_FILE } from './pool-key.ts';
import { type Gpg, runGpg } from './run-gpg.ts';
import { writeAtomically } from './write-atomically.ts';

/** The name that a key made by us carries. */
const KEY_NAME = 'binhost-agent package signing';

/**
 * The key that signs a pool: the configured one, else the one in the home, else a new one (ed25519, no expiry, no
 * passphrase: whoever reads the home can sign, so it is the publisher's alone).
 *
 * @param configured fingerprint of `pools.POOL.signingKey`; '' where none is set
 * @returns its fingerprint
 * @throws SIGNING_FAILED
 */
export async function openSigningKey(gpg: Gpg, configured: string, log: Logger): Promise<string> {
  await mkdir(gpg.home, { recursive: true, mode: 0o700 });
  if (configured !== '') return configured;
  const known = primaryFingerprints(await runGpg(gpg, ['--with-colons', '--list-secret-keys']));
  if (known[0] !== undefined) return known[0];
  log.info({ home: gpg.home }, 'making signing key');
  await runGpg(gpg, ['--passphrase', '', '--quick-gen-key', KEY_NAME, 'ed25519', 'sign', 'never']);
  const [made = ''] = primaryFingerprints(await runGpg(gpg, ['--with-colons', '--list-secret-keys']));
  log.info({ fingerprint: made }, 'made signing key');
  return made;
}

/** Fingerprints of usable primary secret keys in gpg's colon format. */
export function primaryFingerprints(colons: string): string[] {
  const found: string[] = [];
  let isPrimary = false;
  for (const line of colons.split('\n')) {
    const [kind = '', validity = ''] = line.split(':');
    if (kind === 'sec') isPrimary = !'redni'.includes(validity || '-');
    if (kind === 'ssb') isPrimary = false;
    if (kind === 'fpr' && isPrimary) {
      found.push(line.split(':')[9] ?? '');
      isPrimary = false;
    }
  }
  return found.filter((fingerprint) => /^[0-9A-F]{40,64}$/.test(fingerprint));
}

/** Puts the armored public key and its fingerprint beside the index, if they do not stand there already. */
export async function exportPublicKey(gpg: Gpg, fingerprint: string, poolDirectory: string): Promise<void> {
  const armored = await runGpg(gpg, ['--armor', '--export', fingerprint]);
  if (!armored.includes('BEGIN PGP PUBLIC KEY BLOCK')) {
    throw coordinatorError('SIGNING_FAILED', `expected the key ${fingerprint} in ${gpg.home}, found none`, {
      hint: 'Import its secret key there, or leave pools.POOL.signingKey empty to have one made.',
    });
  }
  await writeIfOther(join(poolDirectory, KEY_FILE), armored);
  await writeIfOther(join(poolDirectory, FINGERPRINT_FILE), `${fingerprint}\n`);
}

async function writeIfOther(file: string, text: string): Promise<void> {
  const current = await readFile(file, 'utf8').catch(() => '');
  if (current !== text) await writeAtomically(file, text);
}
