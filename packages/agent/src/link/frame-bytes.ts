import { gunzipSync, gzipSync } from 'node:zlib';
import { sharedError } from '@binhost/shared/errors';
import { decodeFrame, encodeFrame, type Frame, GZIP_FROM_CHARACTERS } from '@binhost/shared/protocol';

/** A frame as it goes over the WebSocket: text, or where it is long the same text gzipped as bytes. */
export function frameBytes(frame: Frame): string | Buffer {
  const text = encodeFrame(frame);
  return text.length < GZIP_FROM_CHARACTERS ? text : gzipSync(text);
}

/**
 * @param maxBytes the largest text that a gzipped frame may unpack to
 * @throws PROTOCOL_BAD_FRAME
 */
export function readFrame(data: Buffer, isBinary: boolean, maxBytes: number): Frame {
  return decodeFrame(isBinary ? unpacked(data, maxBytes) : data.toString('utf8'));
}

function unpacked(data: Buffer, maxBytes: number): string {
  try {
    return gunzipSync(data, { maxOutputLength: maxBytes }).toString('utf8');
  } catch (cause) {
    throw sharedError('PROTOCOL_BAD_FRAME', `expected gzipped JSON of at most ${maxBytes} bytes, got something else`, {
      hint: 'link.maxFrame is the limit.',
      cause,
    });
  }
}
