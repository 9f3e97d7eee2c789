import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SimulatedHost } from '../sim-portage/make-host.ts';
import { runSimulated } from './run-simulated.ts';

/**
 * Makes a node trust a binhost's signing key, by the commands that its owner would type: a local key as the anchor of trust,
 * the import, and a local signature.
 *
 * @param keyUrl where the armored public key is: `POOL/key.asc`
 * @throws with what gpg said
 */
export async function trustKey(host: SimulatedHost, keyUrl: string): Promise<void> {
  const home = join(host.directory, 'etc/portage/gnupg');
  const gpg = async (args: string[], input?: string): Promise<string> => {
    const options = ['--homedir', home, '--batch', '--yes', '--no-tty', ...args];
    const run = await runSimulated(host, 'gpg', options, input === undefined ? {} : { input });
    if (run.exitCode !== 0) throw new Error(`gpg ${args.join(' ')} ended with ${run.exitCode}: ${run.stderr}`);
    return run.stdout;
  };
  await mkdir(home, { recursive: true, mode: 0o755 });
  const response = await fetch(keyUrl);
  if (!response.ok) throw new Error(`expected a public key at ${keyUrl}, got status ${response.status}`);
  const file = join(home, 'binhost.asc');
  await writeFile(file, await response.text());
  await gpg(['--passphrase', '', '--quick-generate-key', 'trust anchor of this node', 'ed25519', 'sign', 'never']);
  await gpg(['--import', file]);
  const listed = await gpg(['--with-colons', '--list-keys']);
  const keys = listed
    .split('\n')
    .filter((line) => line.startsWith('fpr:'))
    .map((line) => line.split(':')[9] ?? '');
  for (const fingerprint of keys) await gpg(['--quick-lsign-key', fingerprint]);
  await gpg(['--check-trustdb']);
}
