/**
 * What gpg's status lines say of the signature on a package's Manifest. Pure; run-gpg.ts asks gpg.
 *
 * gpg's exit status is 0 also for a good signature by a key that nobody trusts; an install by Portage is refused then. So
 * VALIDSIG and one of TRUST_FULLY and TRUST_ULTIMATE are asked for, and nothing bad beside them.
 */
export type SignatureVerdict = { good: true; fingerprint: string } | { good: false; reason: string };

export interface TrustHelp {
  gnupgHome: string;
  /** Where the coordinator publishes its public key; null: it did not say. */
  keyUrl: string | null;
}

/** @param status output of `gpg --status-fd` */
export function judgeSignature(status: string, help: TrustHelp): SignatureVerdict {
  const lines = statusLines(status);
  const find = (...words: string[]): string[] | undefined => lines.find(([word = '']) => words.includes(word));
  const bad = find('BADSIG');
  if (bad)
    return refuse(
      'the signature does not fit the Manifest: the file was changed after it was signed',
      'Tell the owner of the binhost.',
    );
  const old = find('EXPSIG', 'EXPKEYSIG', 'REVKEYSIG', 'KEYREVOKED');
  if (old)
    return refuse(
      `the signature or its key has expired or was revoked (${old[0]})`,
      `Import the current key${from(help)}.`,
    );
  const unknown = find('NO_PUBKEY', 'ERRSIG');
  if (unknown)
    return refuse(`the key ${unknown[1] ?? '?'} is not in ${help.gnupgHome}`, howToTrust(unknown[1] ?? 'KEY', help));
  const fingerprint = find('VALIDSIG')?.[1];
  if (!fingerprint) return refuse('it holds no signature that gpg can read', 'Tell the owner of the binhost.');
  if (find('TRUST_FULLY', 'TRUST_ULTIMATE')) return { good: true, fingerprint };
  return refuse(`the key ${fingerprint} is known, but not trusted by ${help.gnupgHome}`, howToTrust(fingerprint, help));
}

function statusLines(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('[GNUPG:] '))
    .map((line) => line.slice('[GNUPG:] '.length).trim().split(/\s+/));
}

function refuse(what: string, hint: string): SignatureVerdict {
  return { good: false, reason: `Signature: ${what}. ${hint}` };
}

function from({ keyUrl }: TrustHelp): string {
  return keyUrl === null ? '' : ` from ${keyUrl}`;
}

function howToTrust(key: string, help: TrustHelp): string {
  const gpg = `gpg --homedir ${help.gnupgHome}`;
  return (
    `If it is your binhost's key: run getuto once, import it${from(help)} with ${gpg} --import, ` +
    `then ${gpg} --quick-lsign-key ${key} and ${gpg} --check-trustdb.`
  );
}
