import { createHash } from 'node:crypto';
import { packTar, type TarHeader } from 'modern-tar';

/** A small gpkg as Portage lays it out: the format's mark, two members, and a Manifest over them. */
export interface GpkgParts {
  /** Turns the Manifest's text into the clear-signed message. */
  sign: (manifest: string) => string | Promise<string>;
  /** Changes members after the Manifest was made. */
  tamper?: Record<string, string>;
  /** Members that the Manifest does not name. */
  surplus?: Record<string, string>;
  /** Members that are named and left out. */
  without?: string[];
  /** One more member at the end, without a body, where and what it says. */
  misplaced?: TarHeader;
}

const MEMBERS: Record<string, string> = { 'gpkg-1': '', 'metadata.tar.zst': 'metadata', 'image.tar.zst': 'image' };

export async function makeGpkg({
  sign,
  tamper = {},
  surplus = {},
  without = [],
  misplaced,
}: GpkgParts): Promise<Buffer> {
  const manifest = Object.entries(MEMBERS)
    .map(
      ([name, body]) =>
        `DATA ${name} ${body.length} BLAKE2B ${hash('blake2b512', body)} SHA512 ${hash('sha512', body)}\n`,
    )
    .join('');
  const members = { ...MEMBERS, ...tamper, ...surplus, Manifest: await sign(manifest) };
  const entries = Object.entries(members)
    .filter(([name]) => !without.includes(name))
    .map(([name, body]) => ({ header: { name: `fuse-2.6.1-1/${name}`, size: Buffer.byteLength(body) }, body }));
  return Buffer.from(await packTar(misplaced ? [...entries, { header: misplaced, body: '' }] : entries));
}

/** The armor of a clear-signed message around the text; what only looks like a signature. */
export function looksSigned(manifest: string): string {
  return `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n${manifest}-----BEGIN PGP SIGNATURE-----\n\naGVsbG8=\n-----END PGP SIGNATURE-----\n`;
}

function hash(name: string, text: string): string {
  return createHash(name).update(text).digest('hex');
}
