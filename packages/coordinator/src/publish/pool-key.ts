import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SigningKeyFacts } from '@binhost/shared/protocol';

/** The public half of a pool's signing keys, as the publisher put it beside the index. */
export interface PoolKey {
  /** Of the key that signs, upper-case hexadecimal. */
  fingerprint: string;
  /** That key, those that signed before it, and the one that signs next. */
  armored: string;
}

/** What a file beside the index says of the keys. */
export interface PoolKeyFacts {
  format: 1;
  /** Fingerprint of the key that signs. */
  current: string;
  /** Oldest first; expiresAtMs null: never. */
  keys: { fingerprint: string; createdAtMs: number; expiresAtMs: number | null }[];
}

/** Beside key.asc, so that who may not read the signing keys can name the one that signs. */
export const FINGERPRINT_FILE = 'key.fpr';
export const KEY_FILE = 'key.asc';
export const KEYS_FILE = 'keys.json';

/** @returns undefined until the publisher's first start */
export async function readPoolKey(poolDirectory: string): Promise<PoolKey | undefined> {
  const read = (name: string) => readFile(join(poolDirectory, name), 'utf8').catch(() => '');
  const [fingerprint, armored] = [(await read(FINGERPRINT_FILE)).trim(), await read(KEY_FILE)];
  return /^[0-9A-F]{40,64}$/.test(fingerprint) && armored !== '' ? { fingerprint, armored } : undefined;
}

/** What the nodes of a pool are told over the link. @returns undefined until the publisher's first start */
export async function keysToTell(poolDirectory: string): Promise<SigningKeyFacts | undefined> {
  const key = await readPoolKey(poolDirectory);
  if (!key) return undefined;
  const named = (await readPoolKeyFacts(poolDirectory))?.keys.map(({ fingerprint }) => fingerprint) ?? [];
  return { fingerprints: [...new Set([key.fingerprint, ...named.slice(-19)])], armored: key.armored };
}

/** @returns undefined until the publisher's first start, and where the file is none of ours */
export async function readPoolKeyFacts(poolDirectory: string): Promise<PoolKeyFacts | undefined> {
  try {
    const facts = JSON.parse(await readFile(join(poolDirectory, KEYS_FILE), 'utf8')) as PoolKeyFacts;
    return facts.format === 1 ? facts : undefined;
  } catch {
    return undefined;
  }
}
