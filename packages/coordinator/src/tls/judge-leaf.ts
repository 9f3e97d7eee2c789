/** What a certificate of the control listener says, as far as its renewal depends on it. */
export interface LeafFacts {
  validFromMs: number;
  validToMs: number;
  /** DNS names and addresses, in one spelling. */
  names: readonly string[];
  isSignedByCa: boolean;
  fitsItsKey: boolean;
}

/**
 * Whether the control listener needs a new certificate: long before the old one ends, so that a binhost that is off for
 * weeks comes back with a valid one.
 *
 * @param leaf undefined: there is none
 * @param wanted the names that it should carry, in the same spelling
 * @param lifeMs how long new ones are valid; the last third of it is for the renewal
 * @returns why; undefined where it may stay
 */
export function whyRenewLeaf(
  leaf: LeafFacts | undefined,
  { wanted, nowMs, lifeMs }: { wanted: readonly string[]; nowMs: number; lifeMs: number },
): string | undefined {
  if (!leaf) return 'there is none';
  if (!leaf.fitsItsKey) return 'it does not fit its key';
  if (!leaf.isSignedByCa) return 'another CA signed it';
  if (leaf.validToMs <= nowMs) return 'it has expired';
  if (leaf.validFromMs > nowMs) return 'it is not valid yet';
  if (leaf.validToMs - nowMs < lifeMs / 3) return 'it expires soon';
  const missing = wanted.filter((name) => !leaf.names.includes(name));
  return missing.length > 0 ? `it lacks ${missing.join(', ')}` : undefined;
}
