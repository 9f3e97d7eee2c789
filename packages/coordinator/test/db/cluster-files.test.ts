import { describe, expect, it } from 'vitest';
import {
  identText,
  parsePostmasterFile,
  parseServerMajor,
  serverArguments,
  socketFits,
} from '../../src/db/cluster-files.ts';

describe('identText', () => {
  it('maps each system user to the role, quoted', () => {
    expect(identText(['root', 'a"b']).split('\n').slice(1)).toEqual([
      'binhost "root" binhost',
      'binhost "a""b" binhost',
      '',
    ]);
  });
});

describe('serverArguments', () => {
  it('opens no network address and keeps fsync on', () => {
    const args = serverArguments({ data: '/d', socket: '/s', port: 5432 });
    expect(args.slice(0, 2)).toEqual(['-D', '/d']);
    expect(args).toEqual(expect.arrayContaining(['listen_addresses=', 'unix_socket_directories=/s', 'fsync=on']));
  });
});

describe('parsePostmasterFile', () => {
  it('reads pid and directories', () => {
    const text = '4711\n/state/pg-18/data\n1763800000\n5432\n/state/pg-18/socket\n\n  1234 5\nready   \n';
    expect(parsePostmasterFile(text)).toEqual({
      pid: 4711,
      dataDirectory: '/state/pg-18/data',
      socketDirectory: '/state/pg-18/socket',
    });
  });

  it('takes no file that is cut short', () => {
    for (const text of ['', '4711', '4711\n/data\n1\n5432\n', 'x\n/d\n1\n2\n/s\n']) {
      expect(parsePostmasterFile(text)).toBeUndefined();
    }
  });
});

describe('socketFits', () => {
  it('allows paths that fit into 107 bytes with the name of the socket', () => {
    expect(socketFits(`/${'a'.repeat(92)}`, 5432)).toBe(true);
    expect(socketFits(`/${'a'.repeat(93)}`, 5432)).toBe(false);
    expect(socketFits(`/${'ä'.repeat(47)}`, 5432)).toBe(false);
  });
});

describe('parseServerMajor', () => {
  it('reads releases, distribution builds and betas', () => {
    expect(parseServerMajor('postgres (PostgreSQL) 18.4')).toBe(18);
    expect(parseServerMajor('postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)')).toBe(15);
    expect(parseServerMajor('postgres (PostgreSQL) 19beta1')).toBe(19);
    expect(parseServerMajor('bash: not found')).toBeUndefined();
  });
});
