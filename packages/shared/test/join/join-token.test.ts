import { expect, test } from 'vitest';
import { decodeJoinToken, encodeJoinToken, isControlAddress, type JoinToken } from '../../src/join/index.ts';

const token: JoinToken = {
  id: 7,
  secret: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYX',
  address: 'wss://binhost:8443',
  pin: `sha256:${'A'.repeat(42)}E`,
  fingerprint: '0123456789ABCDEF0123456789ABCDEF01234567',
};

test.each<[string, Partial<JoinToken>]>([
  ['a pin', {}],
  ['the word system', { pin: 'system' }],
  ['a long fingerprint', { fingerprint: 'AB'.repeat(32) }],
  ['the largest number', { id: 0xffffffff }],
  ['an IPv6 address', { address: 'wss://[2001:db8::1]:8443' }],
  ['a path behind a proxy', { address: 'wss://proxy.example/binhost' }],
  ['loopback without TLS', { address: 'ws://127.0.0.1:8443' }],
])('a token with %s is read back as it was made', (_what, part) => {
  expect(decodeJoinToken(encodeJoinToken({ ...token, ...part }))).toEqual({ ...token, ...part });
});

test('a token is one word of at most 160 letters that no shell reads in another way', () => {
  expect(encodeJoinToken(token)).toMatch(/^bhj[\w-]{1,157}$/);
});

test('blanks and line ends that a terminal put into it are taken out', () => {
  const text = encodeJoinToken(token);
  expect(decodeJoinToken(`  ${text.slice(0, 40)}\r\n  ${text.slice(40)}\n`)).toEqual(token);
});

test('every single changed, missing or doubled letter is recognised', () => {
  const text = encodeJoinToken(token);
  const mangled = Array.from(text).flatMap((letter, at) => [
    text.slice(0, at) + (letter === 'Q' ? 'R' : 'Q') + text.slice(at + 1),
    text.slice(0, at) + text.slice(at + 1),
    text.slice(0, at) + letter + text.slice(at),
  ]);
  const read = mangled.filter((candidate) => {
    try {
      decodeJoinToken(candidate);
      return true;
    } catch (error) {
      expect(error).toMatchObject({ code: 'JOIN_TOKEN_BROKEN', hint: expect.stringContaining('token create') });
      return false;
    }
  });
  expect(read).toEqual([]);
});

test.each(['', 'bhj', 'bhj!', 'hello', 'bhj'.padEnd(2000, 'A'), 'bhjÄÖÜ', 'ssh-ed25519 AAAA'])(
  "'%s' is no token and the message does not repeat it",
  (text) => {
    expect(() => decodeJoinToken(text)).toThrow(/^expected a whole join token/);
  },
);

test('a token of another version says which release to install', () => {
  // version 2, everything else as it is, with the right checksum
  expect(() => decodeJoinToken(VERSION_2)).toThrow('expected a token of version 1, got version 2');
});

const VERSION_2 = 'bhjAgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAietqLQ';

test('an address is one of WebSocket, over TLS or on loopback, without anything else', () => {
  const addresses = [
    'wss://binhost',
    'ws://binhost:8443',
    'https://binhost',
    'wss://user:word@binhost',
    'wss://binhost/?a=1',
    'wss://bin host',
    'wss://',
    'ws://127.0.0.1.evil.example',
    'wss://binhost\n',
  ];
  expect(addresses.filter(isControlAddress)).toEqual(['wss://binhost']);
});
