import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@binhost/shared/time';
import { agentError } from '../agent-errors.ts';
import { explainOutcome, runProgram } from '../programs/run-program.ts';
import { type KeyringAct, type KeyringState, type ListedKey, listedKeys, voucherOf } from './plan-keyring.ts';

/** gpg at Portage's keyring, and what must be around it. */
export interface Keyring {
  gpg: readonly string[];
  home: string;
  clock: Clock;
  signal: AbortSignal;
}

/** Asks without changing anything. @throws JOIN_FAILED */
export async function readKeyring(keyring: Keyring, fingerprint: string): Promise<KeyringState> {
  const found = await stat(keyring.home).catch(() => undefined);
  const nothing = { exists: false, hasAnchor: false, hasKey: false, isTrusted: false, isReadable: false };
  if (!found) return nothing;
  // An empty directory would get gpg's files from the mere question.
  if ((await readdir(keyring.home)).length === 0) return { ...nothing, exists: true };
  const list = (what: string) => runGpg(keyring, ['--no-auto-check-trustdb', '--with-colons', what]);
  const publicKeys = listedKeys(await list('--list-keys'));
  const secretKeys = listedKeys(await list('--list-secret-keys'));
  const key = publicKeys.find((one) => one.fingerprint === fingerprint);
  const isOwn = (one: { fingerprint: string; isValid: boolean }) =>
    one.isValid && secretKeys.some((secret) => secret.fingerprint === one.fingerprint);
  return {
    exists: true,
    hasAnchor: publicKeys.some(isOwn),
    hasKey: key !== undefined,
    isTrusted: key?.isValid ?? false,
    isReadable: await isReadable(keyring.home),
  };
}

/** All public keys of a keyring; none where there is no keyring. Changes nothing. @throws JOIN_FAILED */
export async function readListedKeys(keyring: Keyring): Promise<ListedKey[]> {
  // gpg would make its files in an empty directory.
  const names = await readdir(keyring.home).catch(() => []);
  if (names.length === 0) return [];
  return listedKeys(await runGpg(keyring, ['--no-auto-check-trustdb', '--with-colons', '--list-keys']));
}

/** How many keys besides our own anchor and the binhost's. @throws JOIN_FAILED */
export async function countOtherKeys(keyring: Keyring, fingerprints: readonly string[]): Promise<number> {
  const list = async (what: string) => listedKeys(await runGpg(keyring, ['--with-colons', what]));
  const own = (await list('--list-secret-keys')).map((one) => one.fingerprint);
  const ours = [...fingerprints, ...own];
  return (await list('--list-keys')).filter(({ fingerprint }) => !ours.includes(fingerprint)).length;
}

/**
 * Takes the one key out of an armored text that came from the coordinator.
 *
 * @returns the key alone, armored
 * @throws JOIN_FAILED where the text does not hold the key that the token names
 */
export async function extractKey(
  keyring: Omit<Keyring, 'home'>,
  armored: string,
  fingerprint: string,
): Promise<string> {
  return withScratchRing(keyring, [armored], async (scratch) => {
    const shown = listedKeys(await runGpg(scratch, ['--with-colons', '--list-keys'])).map((key) => key.fingerprint);
    if (shown.includes(fingerprint)) return runGpg(scratch, ['--armor', '--export', fingerprint]);
    throw agentError('JOIN_FAILED', `expected the signing key ${fingerprint}, got ${shown.join(', ')}`, {
      hint: 'The binhost has a new key since the token was made: make a new token with binhost-coordinator token create.',
    });
  });
}

/**
 * Which of the trusted keys has signed another one; only full fingerprints count, and only keys that Portage's keyring holds.
 *
 * @param key armored, alone: nothing else that the coordinator sent takes part
 * @throws JOIN_FAILED
 */
export async function findVoucher(
  keyring: Keyring,
  key: string,
  { fingerprint, trusted }: { fingerprint: string; trusted: readonly string[] },
): Promise<string | undefined> {
  const known = await runGpg(keyring, ['--armor', '--export', ...trusted]);
  return withScratchRing(keyring, [known, key], async (scratch) =>
    voucherOf(await runGpg(scratch, ['--with-colons', '--check-sigs', fingerprint]), { fingerprint, trusted }),
  );
}

/** A keyring that holds the armored keys and is gone afterwards. */
async function withScratchRing<T>(
  keyring: Omit<Keyring, 'home'>,
  armored: readonly string[],
  act: (scratch: Keyring) => Promise<T>,
): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'binhost-agent-'));
  const scratch = { ...keyring, home };
  try {
    for (const text of armored) await importKey(scratch, text);
    return await act(scratch);
  } finally {
    await stopAgent(scratch);
    await rm(home, { recursive: true, force: true });
  }
}

/** @param key armored @throws JOIN_FAILED with gpg's last words */
export async function doKeyringAct(
  keyring: Keyring,
  act: KeyringAct,
  { key, fingerprint }: { key: string; fingerprint: string },
): Promise<void> {
  switch (act) {
    case 'getuto':
      return runTool(keyring, ['getuto']);
    case 'make-directory':
      await mkdir(keyring.home, { recursive: true, mode: 0o700 });
      return;
    case 'make-anchor':
      await runGpg(keyring, [...NO_PASSPHRASE, '--quick-generate-key', ANCHOR_NAME, 'ed25519', 'cert,sign', 'never']);
      return;
    case 'import':
      return importKey(keyring, key);
    case 'sign':
      await runGpg(keyring, ['--yes', ...(await passphraseOf(keyring.home)), '--quick-lsign-key', fingerprint]);
      await runGpg(keyring, ['--check-trustdb']);
      return;
    case 'open':
      await stopAgent(keyring);
      return openForReading(keyring.home);
  }
}

/** @throws JOIN_FAILED */
export async function removeKey(keyring: Keyring, fingerprint: string): Promise<void> {
  await runGpg(keyring, ['--yes', '--delete-keys', fingerprint]);
  await stopAgent(keyring);
}

const ANCHOR_NAME = 'Local trust anchor of this node';
const NO_PASSPHRASE = ['--pinentry-mode', 'loopback', '--passphrase', ''];

/** getuto keeps the passphrase of its anchor in a file beside it. */
async function passphraseOf(home: string): Promise<string[]> {
  const file = join(home, 'pass');
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() ? ['--pinentry-mode', 'loopback', '--passphrase-file', file] : NO_PASSPHRASE;
}

async function importKey(keyring: Keyring, key: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'binhost-agent-'));
  try {
    await writeFile(join(directory, 'key.asc'), key, { mode: 0o600 });
    await runGpg(keyring, ['--import', join(directory, 'key.asc')]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The files by which a signature is verified; the secret half of the anchor stays closed. */
const PUBLIC_FILES = ['pubring.kbx', 'pubring.gpg', 'trustdb.gpg'];

async function openForReading(home: string): Promise<void> {
  await chmod(home, ((await stat(home)).mode & 0o777) | 0o555);
  for (const name of PUBLIC_FILES) {
    const file = join(home, name);
    const found = await stat(file).catch(() => undefined);
    if (found) await chmod(file, (found.mode & 0o777) | 0o444);
  }
}

async function isReadable(home: string): Promise<boolean> {
  const files = await Promise.all(PUBLIC_FILES.map((name) => stat(join(home, name)).catch(() => undefined)));
  const isOpen = (mode: number, bits: number) => (mode & bits) === bits;
  return isOpen((await stat(home)).mode, 0o005) && files.every((file) => !file || isOpen(file.mode, 0o004));
}

/** The gpg-agent that gpg left running for the directory would outlive us. */
async function stopAgent({ gpg, home, clock, signal }: Keyring): Promise<void> {
  const program = gpg.at(-1) ?? '';
  if (!/(?:^|\/)gpg2?$/.test(program)) return;
  const gpgconf = [...gpg.slice(0, -1), program.replace(/gpg2?$/, 'gpgconf')];
  await runProgram({ ...LIMITS, argv: [...gpgconf, '--homedir', home, '--kill', 'all'], clock, signal });
}

const LIMITS = { timeLimitMs: 120_000, maxOutputBytes: 8 * 1024 * 1024, nice: 0 };

async function runGpg(keyring: Keyring, args: readonly string[]): Promise<string> {
  const { gpg, home, clock, signal } = keyring;
  const argv = [...gpg, '--homedir', home, '--batch', '--no-tty', ...args];
  const outcome = await runProgram({ ...LIMITS, argv, env: { LC_ALL: 'C.UTF-8' }, clock, signal });
  if (outcome.kind === 'ended' && outcome.exitCode === 0) return outcome.stdout;
  throw agentError('JOIN_FAILED', `${home}: ${explainOutcome(outcome, `${gpg.join(' ')} ${args.join(' ')}`)}`, {
    hint: 'Run it by hand; app-crypt/gnupg must be installed, portage.gpg names the program.',
  });
}

async function runTool({ clock, signal }: Keyring, argv: readonly string[]): Promise<void> {
  const outcome = await runProgram({ ...LIMITS, argv, env: { LC_ALL: 'C.UTF-8' }, clock, signal });
  if (outcome.kind === 'ended' && outcome.exitCode === 0) return;
  throw agentError('JOIN_FAILED', explainOutcome(outcome, argv.join(' ')), {
    hint: 'Run it by hand, then join again.',
  });
}
