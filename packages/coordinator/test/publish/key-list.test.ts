import { describe, expect, it } from 'vitest';
import { chooseSigningKey, listedSigningKeys, type SigningKey } from '../../src/publish/key-list.ts';

const A = 'A'.repeat(40);
const B = 'B'.repeat(40);

const colons = (validity: string, fingerprint: string, created = '1000', expires = '') =>
  `sec:${validity}:255:22:X:${created}:${expires}:::::scSC:::\nfpr:::::::::${fingerprint}:\nuid:u\nssb:u:255\nfpr:::::::::${'C'.repeat(40)}:\n`;

describe('listedSigningKeys', () => {
  it('reads primary keys alone, when they were made and when they end', () => {
    expect(listedSigningKeys(colons('u', A) + colons('e', B, '2000', '3000'))).toEqual([
      { fingerprint: A, createdAtMs: 1_000_000, expiresAtMs: null, isUsable: true },
      { fingerprint: B, createdAtMs: 2_000_000, expiresAtMs: 3_000_000, isUsable: false },
    ]);
    expect(listedSigningKeys('')).toEqual([]);
  });
});

describe('chooseSigningKey', () => {
  const key = (fingerprint: string, createdAtMs: number, more: Partial<SigningKey> = {}): SigningKey => ({
    fingerprint,
    createdAtMs,
    expiresAtMs: null,
    isUsable: true,
    ...more,
  });

  it('lets a new key sign only when nodes have had time to hear of it', () => {
    const keys = [key(A, 0), key(B, 1000)];
    expect(chooseSigningKey(keys, 1500, 1000)?.fingerprint).toBe(A);
    expect(chooseSigningKey(keys, 2000, 1000)?.fingerprint).toBe(B);
    expect(chooseSigningKey(keys, 1000, 0)?.fingerprint).toBe(B);
  });

  it('lets the first key sign at once, and the later one of two from one second', () => {
    expect(chooseSigningKey([key(A, 1000)], 1000, 1000)?.fingerprint).toBe(A);
    expect(chooseSigningKey([key(A, 1000), key(B, 1000)], 3000, 0)?.fingerprint).toBe(B);
  });

  it('takes a key that is new where the old one cannot sign any more', () => {
    expect(chooseSigningKey([key(A, 0, { isUsable: false }), key(B, 900)], 1000, 1000)?.fingerprint).toBe(B);
    expect(chooseSigningKey([key(A, 0, { expiresAtMs: 999 }), key(B, 900)], 1000, 1000)?.fingerprint).toBe(B);
    expect(chooseSigningKey([], 1000, 0)).toBeUndefined();
  });
});
