/** How Portage's keyring comes to trust the binhost's keys. Pure. */

export interface KeyringState {
  /** Its directory is there. */
  exists: boolean;
  /** A secret key of this node that is trusted ultimately: it signs other keys. */
  hasAnchor: boolean;
  hasKey: boolean;
  /** The key counts as valid: locally signed. */
  isTrusted: boolean;
  /** The user that Portage verifies as can read it. */
  isReadable: boolean;
}

export type KeyringAct = 'getuto' | 'make-directory' | 'make-anchor' | 'import' | 'sign' | 'open';

const WORDS: Record<KeyringAct, string> = {
  getuto: 'run getuto, which makes the keyring and its local anchor of trust',
  'make-directory': 'make the directory',
  'make-anchor': 'make a local anchor of trust, a key that never leaves this node',
  import: 'import the key',
  sign: 'sign it locally with the anchor, so that Portage trusts it',
  open: 'let the user that Portage verifies as read the keyring',
};

/** @param hasGetuto app-portage/getuto is installed, and the keyring is the system's own */
export function planKeyring(state: KeyringState, hasGetuto: boolean): KeyringAct[] {
  const useGetuto = hasGetuto && !(state.exists && state.hasAnchor);
  const acts: KeyringAct[] = [];
  if (useGetuto) acts.push('getuto');
  else {
    if (!state.exists) acts.push('make-directory');
    if (!state.hasAnchor && !(state.hasKey && state.isTrusted)) acts.push('make-anchor');
  }
  if (!state.hasKey) acts.push('import');
  if (!state.isTrusted) acts.push('sign');
  if (acts.length > 0 || !state.isReadable) acts.push('open');
  return acts;
}

export function keyringWords(acts: readonly KeyringAct[]): string[] {
  return acts.map((act) => `+ ${WORDS[act]}`);
}

/** One key of gpg's colon format. */
export interface ListedKey {
  fingerprint: string;
  /** Trusted fully or ultimately. */
  isValid: boolean;
}

/** @param colons output of --with-colons --list-keys or --list-secret-keys */
export function listedKeys(colons: string): ListedKey[] {
  const found: ListedKey[] = [];
  let isPrimary = false;
  let isValid = false;
  for (const line of colons.split('\n')) {
    const [kind = '', validity = '', ...rest] = line.split(':');
    if (kind === 'pub' || kind === 'sec') [isPrimary, isValid] = [true, validity === 'f' || validity === 'u'];
    else if (kind === 'sub' || kind === 'ssb') isPrimary = false;
    else if (kind === 'fpr' && isPrimary) {
      found.push({ fingerprint: rest[7] ?? '', isValid });
      isPrimary = false;
    }
  }
  return found;
}

/**
 * A trusted key that has signed the other one, by its full fingerprint, and has not taken that back.
 *
 * @param colons output of --with-colons --check-sigs of that key
 */
export function voucherOf(
  colons: string,
  { fingerprint, trusted }: { fingerprint: string; trusted: readonly string[] },
): string | undefined {
  const rows = colons.split('\n').map((line) => line.split(':'));
  const good = (kind: string) => rows.filter((row) => row[0] === kind && row[1] === '!').map((row) => row[12] ?? '');
  const revoked = good('rev');
  return good('sig').find((by) => by !== fingerprint && trusted.includes(by) && !revoked.includes(by));
}
