import { gzipSync } from 'node:zlib';
import type { Frame } from '@binhost/shared/protocol';
import { expect, test } from 'vitest';
import { coordinatorAddress } from '../../src/link/coordinator-address.ts';
import { frameBytes, readFrame } from '../../src/link/frame-bytes.ts';

const MAX = 1024 * 1024;
const long: Frame = { kind: 'message', sequence: 1, message: { text: 'x'.repeat(20_000) } };

test('a short frame is text, a long one gzipped bytes, and both read back', () => {
  const short: Frame = { kind: 'ack', sequence: 3 };
  expect(frameBytes(short)).toBe('{"kind":"ack","sequence":3}');
  expect(readFrame(Buffer.from('{"kind":"ack","sequence":3}'), false, MAX)).toEqual(short);
  const bytes = frameBytes(long);
  expect(Buffer.isBuffer(bytes) && bytes.length).toBeLessThan(500);
  expect(readFrame(bytes as Buffer, true, MAX)).toEqual(long);
});

test.each([
  ['bytes that are no gzip', Buffer.from('nothing'), true],
  ['gzip that unpacks beyond the limit', gzipSync('x'.repeat(MAX + 1)), true],
  ['text that is no JSON', Buffer.from('nothing'), false],
  ['JSON that is no frame', Buffer.from('{"kind":"other"}'), false],
])('%s are a bad frame', (_what, data, isBinary) => {
  expect(() => readFrame(data, isBinary, MAX)).toThrowError(expect.objectContaining({ code: 'PROTOCOL_BAD_FRAME' }));
});

test('the address of the WebSocket is /agent, where no other path is named', () => {
  expect(coordinatorAddress('wss://binhost:8443')).toBe('wss://binhost:8443/agent');
  expect(coordinatorAddress('wss://proxy/binhost/agent')).toBe('wss://proxy/binhost/agent');
});
