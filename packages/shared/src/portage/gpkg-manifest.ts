/** One line of a gpkg's Manifest: `DATA name size BLAKE2B hex SHA512 hex`. */
export interface GpkgManifestMember {
  /** Name inside the gpkg's directory. */
  name: string;
  /** Bytes. */
  size: number;
  /** Hexadecimal, lower case; null: the line has none. At least one of the two is there. */
  blake2b: string | null;
  sha512: string | null;
}

export interface GpkgManifest {
  members: GpkgManifestMember[];
  /** The text came in a clear-signed message. Whether the signature is good must be asked of gpg. */
  isSigned: boolean;
}

/** A gpkg has at most a dozen members of 350 characters each. */
const MAX_LENGTH = 256 * 1024;

/**
 * Reads the Manifest of a gpkg (GLEP 78), plain or clear-signed. Of a signed one only what stands inside the signed part
 * counts, and any text outside of it makes it no Manifest.
 *
 * @returns undefined where the text is no Manifest: too long, cut off, an unknown or repeated line, a digest of the wrong form
 */
export function parseGpkgManifest(text: string): GpkgManifest | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const lines = text.split(/\r?\n/);
  const isSigned = lines[0] === '-----BEGIN PGP SIGNED MESSAGE-----';
  const content = isSigned ? signedLines(lines) : lines;
  if (!content) return undefined;
  const members = new Map<string, GpkgManifestMember>();
  for (const line of content) {
    if (line.trim() === '') continue;
    const member = parseLine(line.trim().split(/\s+/));
    if (!member || members.has(member.name)) return undefined;
    members.set(member.name, member);
  }
  return { members: [...members.values()], isSigned };
}

/** What stands between the armor headers' empty line and the signature, without the dash escapes. */
function signedLines(lines: string[]): string[] | undefined {
  const start = lines.indexOf('');
  const end = lines.indexOf('-----BEGIN PGP SIGNATURE-----');
  const last = lines.indexOf('-----END PGP SIGNATURE-----');
  const isWhole = start > 0 && start < end && end < last && lines.slice(last + 1).every((line) => line.trim() === '');
  if (!isWhole || !lines.slice(1, start).every((line) => /^Hash: [\w, -]+$/.test(line))) return undefined;
  return lines.slice(start + 1, end).map((line) => (line.startsWith('- ') ? line.slice(2) : line));
}

function parseLine(words: string[]): GpkgManifestMember | undefined {
  const [tag, name = '', size = '', ...digests] = words;
  if (tag !== 'DATA' || !/^[\w.+-]+$/.test(name) || !/^\d{1,15}$/.test(size) || digests.length % 2 !== 0) {
    return undefined;
  }
  const member: GpkgManifestMember = { name, size: Number(size), blake2b: null, sha512: null };
  for (let index = 0; index < digests.length; index += 2) {
    const hex = (digests[index + 1] ?? '').toLowerCase();
    const key = digests[index] === 'BLAKE2B' ? 'blake2b' : digests[index] === 'SHA512' ? 'sha512' : undefined;
    if (!key) continue;
    if (!/^[0-9a-f]{128}$/.test(hex) || member[key] !== null) return undefined;
    member[key] = hex;
  }
  return member.blake2b === null && member.sha512 === null ? undefined : member;
}
