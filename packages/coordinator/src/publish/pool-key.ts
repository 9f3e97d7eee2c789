import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The public half of a pool's signing key, as the publisher put it beside the index. */
export interface PoolKey {
  /** Upper-case hexadecimal. */
  fingerprint: string;
  armored: string;
}

/** Beside key.asc, so that who may not read the signing keys can name the one that signs. */
export const FINGERPRINT_FILE = 'key.fpr';
export const KEY_FILE = 'key.asc';

/** @returns undefined until the publisher's first start */
export async function readPoolKey(poolDirectory: string): Promise<PoolKey | undefined> {
  const read = (name: string) => readFile(join(poolDirectory, name), 'utf8').catch(() => '');
  const [fingerprint, armored] = [(await read(FINGERPRINT_FILE)).trim(), await read(KEY_FILE)];
  return /^[0-9A-F]{40,64}$/.test(fingerprint) && armored !== '' ? { fingerprint, armored } : undefined;
}
