import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PortageHost, runOnHost } from './run-on-host.ts';

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
    runOnHost(host, ['gpg', '--homedir', KEYRING, '--batch', '--yes', '--no-tty', ...args]);
  await gpg('--passphrase', '', '--quick-gen-key', 'Local trust anchor', 'ed25519', 'cert,sign', 'never');
  await gpg('--import', '/tmp/binhost-key.asc');
  for (const fingerprint of await fingerprintsOf(host, '/tmp/binhost-key.asc')) {
    await gpg('--passphrase', '', '--pinentry-mode', 'loopback', '--quick-lsign-key', fingerprint);
  }
  await gpg('--check-trustdb');
  await runOnHost(host, ['gpgconf', '--homedir', KEYRING, '--kill', 'all']);
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isFile()) await chmod(join(directory, entry.name), 0o644);
  }
}

async function fingerprintsOf(host: PortageHost, keyFile: string): Promise<string[]> {
  const listing = await runOnHost(host, ['gpg', '--batch', '--with-colons', '--show-keys', keyFile]);
  const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(listing)?.[1];
  if (!fingerprint) throw new Error(`no fingerprint in ${keyFile}:\n${listing}`);
  return [fingerprint];
}
