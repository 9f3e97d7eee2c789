import { gzipSync } from 'node:zlib';
import { encodeFrame, type Frame, GZIP_FROM_CHARACTERS } from '@binhost/shared/protocol';
import { describe, expect, test } from 'vitest';
import { readFrame, writeFrame } from '../../src/link/frame-bytes.ts';

const MAX = 1024 * 1024;
const long: Frame = { kind: 'loose', message: 'x'.repeat(GZIP_FROM_CHARACTERS) };

describe('writeFrame', () => {
  test('a short frame is text', async () => {
    expect(await writeFrame({ kind: 'ack', sequence: 1 })).toBe('{"kind":"ack","sequence":1}');
  });

  test('a long frame is gzipped, and read back as it was', async () => {
    const bytes = await writeFrame(long);
    expect(bytes).toBeInstanceOf(Buffer);
    expect(bytes.length).toBeLessThan(200);
    const bytesUnpacked = encodeFrame(long).length;
    expect(await readFrame(bytes as Buffer, true, MAX)).toEqual({ frame: long, bytes: bytesUnpacked });
  });
});

describe('readFrame', () => {
  test('a small frame that unpacks to more than the limit is refused', async () => {
    const bomb = gzipSync(encodeFrame({ kind: 'loose', message: ' '.repeat(2 * MAX) }));
    expect(bomb.length).toBeLessThan(4096);
    await expect(readFrame(bomb, true, MAX)).rejects.toMatchObject({
      code: 'PROTOCOL_BAD_FRAME',
      message: expect.stringContaining(String(MAX)),
    });
  });

  test.each([
    ['no gzip', Buffer.from('{"kind":"ack","sequence":1}'), true],
    ['cut gzip', gzipSync('{"kind":"ack","sequence":1}').subarray(0, 20), true],
    ['no JSON', Buffer.from('ack'), false],
    ['no UTF-8', Buffer.from([0xff, 0xfe, 0x00]), false],
    ['nothing', Buffer.alloc(0), true],
  ])('%s is refused', async (_what, data, isBinary) => {
    await expect(readFrame(data, isBinary, MAX)).rejects.toMatchObject({ code: 'PROTOCOL_BAD_FRAME' });
  });
});
