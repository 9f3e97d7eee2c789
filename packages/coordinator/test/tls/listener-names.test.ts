import { expect, test } from 'vitest';
import { certificateNames, listenerNames } from '../../src/tls/listener-names.ts';

const ALWAYS = ['binhost-coordinator', 'localhost', '127.0.0.1', '::1'];

test.each([
  ['BinHost', '0.0.0.0', ['binhost']],
  ['binhost.lan', '192.168.1.2', ['binhost.lan', '192.168.1.2']],
  ['binhost', '::', ['binhost']],
  ['under_score', '127.0.0.1', []],
  ['localhost', '::1', []],
  ['', 'fd00::1', ['fd00::1']],
])('the host %s that listens on %s adds %j', (hostName, listenHost, added) => {
  expect(listenerNames({ hostName, listenHost })).toEqual([...ALWAYS, ...added]);
});

test('names of a certificate are read in the same spelling', () => {
  const text = 'DNS:binhost-coordinator, DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1';
  expect(certificateNames(text)).toEqual(['binhost-coordinator', 'localhost', '127.0.0.1', '::1']);
  expect(certificateNames(undefined)).toEqual(['']);
});
