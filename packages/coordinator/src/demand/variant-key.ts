import { createHash } from 'node:crypto';
import { type Variant, variantText } from '@binhost/shared/portage';

/** The variant key: SHA-256 of the variant's canonical text, hex, first 32 characters. */
export function variantKey(variant: Variant): string {
  return createHash('sha256').update(variantText(variant)).digest('hex').slice(0, 32);
}
