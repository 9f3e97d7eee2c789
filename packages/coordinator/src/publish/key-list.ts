/** One signing key, as gpg lists it. */
export interface SigningKey {
  /** Upper-case hexadecimal. */
  fingerprint: string;
  createdAtMs: number;
  /** null: never. */
  expiresAtMs: number | null;
  /** Neither expired nor revoked nor switched off. */
  isUsable: boolean;
}

/** Primary secret keys in gpg's colon format (--with-colons --list-secret-keys), in its order. */
export function listedSigningKeys(colons: string): SigningKey[] {
  const found: SigningKey[] = [];
  let primary: string[] | undefined;
  for (const fields of colons.split('\n').map((line) => line.split(':'))) {
    if (fields[0] === 'sec') primary = fields;
    if (fields[0] === 'ssb') primary = undefined;
    if (fields[0] !== 'fpr' || !primary) continue;
    const [, validity = '', , , , created = '', expires = ''] = primary;
    primary = undefined;
    const fingerprint = fields[9] ?? '';
    if (!/^[0-9A-F]{40,64}$/.test(fingerprint)) continue;
    found.push({
      fingerprint,
      createdAtMs: Number(created) * 1000,
      expiresAtMs: expires === '' ? null : Number(expires) * 1000,
      isUsable: !'redni'.includes(validity || '-'),
    });
  }
  return found;
}

/**
 * The key that signs now: the newest that nodes have had time to hear of, else the oldest there is. A key that a rotation made
 * is told to the nodes first and signs only after `leadMs`.
 */
export function chooseSigningKey(keys: readonly SigningKey[], nowMs: number, leadMs: number): SigningKey | undefined {
  const usable = keys.filter(({ isUsable, expiresAtMs }) => isUsable && (expiresAtMs === null || expiresAtMs > nowMs));
  const inOrder = usable.toSorted((a, b) => a.createdAtMs - b.createdAtMs);
  return inOrder.findLast(({ createdAtMs }) => createdAtMs + leadMs <= nowMs) ?? inOrder[0];
}
