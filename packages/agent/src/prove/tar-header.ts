/** Headers of a tar, as far as a gpkg needs them (ustar, with names in pax or GNU records). Pure. */
export interface TarHeader {
  name: string;
  /** Bytes of the body; it is padded to whole blocks. */
  size: number;
  /** `file`, or a record that names the member behind it, or something that no gpkg has. */
  kind: 'file' | 'pax' | 'gnu-name' | 'other';
}

export const TAR_BLOCK = 512;

/** @returns undefined for the empty block that ends the archive @throws Error where it is no header */
export function parseTarHeader(block: Buffer): TarHeader | undefined {
  if (block.length !== TAR_BLOCK) throw new Error('the archive ends within a header');
  if (block.every((byte) => byte === 0)) return undefined;
  if (octal(block, 148, 8) !== checksum(block)) throw new Error('a header with a wrong checksum');
  const isUstar = block.toString('latin1', 257, 262) === 'ustar';
  const prefix = isUstar ? text(block, 345, 155) : '';
  const name = text(block, 0, 100);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size: octal(block, 124, 12),
    kind: KINDS[String.fromCharCode(block[156] ?? 0)] ?? 'other',
  };
}

const KINDS: Partial<Record<string, TarHeader['kind']>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  x: 'pax',
  L: 'gnu-name',
};

/** The `path` of a pax record's body; undefined: it names none. */
export function paxPath(body: Buffer): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(body.toString('utf8'))?.[1];
}

/** How far the next header is from the end of this one. */
export function paddedSize(size: number): number {
  return Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
}

function text(block: Buffer, start: number, length: number): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}

/** Sizes of 8 GiB and more stand in binary; no gpkg member that we read is so large, and its size is needed to pass it. */
function octal(block: Buffer, start: number, length: number): number {
  if (((block[start] ?? 0) & 0x80) !== 0) return Number(block.readBigUInt64BE(start + length - 8));
  const digits = text(block, start, length).trim();
  if (!/^[0-7]*$/.test(digits)) throw new Error('a header with a field that is no number');
  return Number.parseInt(digits || '0', 8);
}

/** Of all bytes, the checksum's own counted as blanks. */
function checksum(block: Buffer): number {
  return block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0);
}
