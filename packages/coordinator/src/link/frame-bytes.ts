import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { sharedError } from '@binhost/shared/errors';
import { decodeFrame, encodeFrame, type Frame, GZIP_FROM_CHARACTERS } from '@binhost/shared/protocol';

const gunzipAsync = promisify(gunzip);
const gzipAsync = promisify(gzip);

/**
 * What arrived on the socket → Frame. A binary frame is gzipped JSON; it may not unpack to more than `maxBytes`, so that
 * a small frame can't fill the memory.
 *
 * @returns also how many bytes it was, unpacked
 * @throws PROTOCOL_BAD_FRAME
 */
export async function readFrame(
  data: Buffer,
  isBinary: boolean,
  maxBytes: number,
): Promise<{ frame: Frame; bytes: number }> {
  if (!isBinary) return { frame: decodeFrame(data.toString('utf8')), bytes: data.length };
  let unpacked: Buffer;
  try {
    unpacked = await gunzipAsync(data, { maxOutputLength: maxBytes });
  } catch (cause) {
    throw sharedError(
      'PROTOCOL_BAD_FRAME',
      `expected a gzipped frame of at most ${maxBytes} bytes unpacked, got ${data.length} bytes that are none`,
      { cause },
    );
  }
  return { frame: decodeFrame(unpacked.toString('utf8')), bytes: unpacked.length };
}

/** Frame → what goes onto the socket: text, or gzipped where it is long. */
export async function writeFrame(frame: Frame): Promise<string | Buffer> {
  const text = encodeFrame(frame);
  return text.length < GZIP_FROM_CHARACTERS ? text : gzipAsync(text);
}
