import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PortageHost, runOnHost, startOnHost } from './run-on-host.ts';

/** Where Portage looks for the keys by which it verifies packages. */
const KEYRING = '/etc/portage/gnupg';

/**
 * Makes a node trust the binhost's key as its owner would: a local anchor key, the binhost's key imported and locally signed, and
 * the keyring readable for the user that Portage verifies as.
 */
export async function trustKey(host: PortageHost, armoredKey: string): Promise<void> {
  const directory = join(host.root, KEYRING);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(join(host.root, 'tmp', 'binhost-key.asc'), armoredKey);
  const gpg = (...args: string[]) =>
    runOnHost(host, [...host.portage.command('gpg'), '--homedir', KEYRING, '--batch', '--yes', '--no-tty', ...args]);
  await gpg('--import', '/tmp/binhost-key.asc');
  const fingerprints = fingerprintsIn(await gpg('--with-colons', '--list-keys'));
  await gpg('--passphrase', '', '--quick-gen-key', 'Local trust anchor', 'ed25519', 'cert,sign', 'never');
  for (const fingerprint of fingerprints) {
    await gpg('--passphrase', '', '--pinentry-mode', 'loopback', '--quick-lsign-key', fingerprint);
  }
  await gpg('--check-trustdb');
  // the real one leaves a process behind that keeps the keyring open; the simulated one has none
  await startOnHost(host, ['gpgconf', '--homedir', KEYRING, '--kill', 'all']);
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isFile()) await chmod(join(directory, entry.name), 0o644);
  }
}

function fingerprintsIn(listing: string): string[] {
  return [...listing.matchAll(/^fpr:+([0-9A-F]{40}):/gm)].map(([, fingerprint = '']) => fingerprint);
}
