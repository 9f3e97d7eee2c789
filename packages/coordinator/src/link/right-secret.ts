import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Whether an Authorization header shows the secret. Compared by digest and in constant time, so that neither the
 * secret's length nor its first letters can be measured.
 *
 * @param secret empty: none is asked for; null: none is right
 * @param header the header's value, `Bearer SECRET`
 */
export function isRightSecret(secret: string | null, header: string | undefined): boolean {
  if (secret === null) return false;
  if (secret === '') return true;
  const shown = /^Bearer +(.+)$/i.exec(header ?? '')?.[1] ?? '';
  return timingSafeEqual(digest(shown), digest(secret));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
