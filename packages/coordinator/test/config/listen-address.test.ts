import { describe, expect, test } from 'vitest';
import { addressText, isLoopback, parseListenAddress } from '../../src/config/listen-address.ts';

describe('a listen address', () => {
  test.each([
    ['127.0.0.1:8443', '127.0.0.1', 8443],
    ['[::1]:8443', '::1', 8443],
    ['localhost:0', 'localhost', 0],
    [':8080', '0.0.0.0', 8080],
    [' 0.0.0.0:65535 ', '0.0.0.0', 65_535],
  ])('%j is read', (text, host, port) => {
    expect(parseListenAddress(text, 'control.listen')).toEqual({ host, port });
  });

  test.each(['', '8443', 'host', 'host:', '127.0.0.1:65536', '::1:8443', '[nonsense]:1', '[127.0.0.1]:1', 'a b:1'])(
    '%j is refused, naming the key',
    (text) => {
      expect(() => parseListenAddress(text, 'control.listen')).toThrow(
        expect.objectContaining({ code: 'LISTEN_ADDRESS', message: expect.stringContaining('control.listen') }),
      );
    },
  );

  test('as part of a URL has IPv6 in brackets', () => {
    expect(addressText({ host: '::1', port: 1 })).toBe('[::1]:1');
    expect(addressText({ host: '127.0.0.1', port: 1 })).toBe('127.0.0.1:1');
  });
});

test.each([
  ['127.0.0.1', true],
  ['127.8.9.1', true],
  ['::1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['192.168.0.1', false],
  ['binhost', false],
  ['127.evil.example', false],
])('%s is loopback: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
