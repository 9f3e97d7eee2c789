import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Says to people and to secret scanners what it is. */
export const OPERATOR_TOKEN_PREFIX = 'bho_';

/** 256 random bits behind the prefix; shown once, never stored. */
export function makeOperatorToken(): string {
  return OPERATOR_TOKEN_PREFIX + randomSecret();
}

/** 256 random bits in letters that need no quoting. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * What is stored in place of a token or a cookie's value, hexadecimal. A plain SHA-256 is enough: slow hashes are for
 * passwords, which can be guessed; 256 random bits can't, however fast each guess is.
 */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Compares two hashes in constant time. */
export function isSameHash(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
