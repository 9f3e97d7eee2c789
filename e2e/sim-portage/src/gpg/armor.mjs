/**
 * The text forms around keys and signatures: PGP's armor and clear-sign frame with contents of our own (base64 JSON),
 * which only the simulated gpg reads. The frames are the real ones, so that programs that look for them find them.
 */

/** @param {'PUBLIC KEY BLOCK' | 'PRIVATE KEY BLOCK' | 'SIGNATURE'} kind */
export function armor(kind, value) {
  const base64 = Buffer.from(JSON.stringify(value)).toString('base64');
  const lines = base64.match(/.{1,64}/g) ?? [];
  return `-----BEGIN PGP ${kind}-----\n\n${lines.join('\n')}\n-----END PGP ${kind}-----\n`;
}

/** @returns {any[]} the values of all blocks of that kind */
export function unarmor(kind, text) {
  const pattern = new RegExp(
    `-----BEGIN PGP ${kind}-----\\r?\\n(?:[A-Za-z]+: .*\\r?\\n)*\\r?\\n([\\s\\S]*?)-----END PGP ${kind}-----`,
    'g',
  );
  return [...text.matchAll(pattern)]
    .map(([, body]) => {
      try {
        return JSON.parse(Buffer.from(body.replace(/\s+/g, ''), 'base64').toString());
      } catch {
        return undefined;
      }
    })
    .filter((value) => value !== undefined);
}

/** @param {string} text what is signed @param {string} signature its armored signature */
export function clearSignFrame(text, signature) {
  const escaped = text.replace(/^-/gm, '- -');
  return `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n${escaped}${escaped.endsWith('\n') ? '' : '\n'}${signature}`;
}

/** @returns {{ text: string, signature: any } | undefined} undefined where it is no clear-signed message */
export function openClearSigned(message) {
  const match =
    /^-----BEGIN PGP SIGNED MESSAGE-----\r?\n(?:[A-Za-z]+: .*\r?\n)*\r?\n([\s\S]*?)(-----BEGIN PGP SIGNATURE-----[\s\S]*)$/m.exec(
      message,
    );
  if (!match) return undefined;
  const signature = unarmor('SIGNATURE', match[2])[0];
  return signature && { text: match[1].replace(/^- /gm, ''), signature };
}

/** What a clear signature covers: lines without trailing blanks, joined by CR LF, without the last line break. */
export function canonicalText(text) {
  return text
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .map((line) => line.replace(/[ \t]+$/, ''))
    .join('\r\n');
}
