import { expect, test } from 'vitest';
import { type KeyringState, listedKeys, planKeyring, voucherOf } from '../../src/keyring/plan-keyring.ts';

const nothing: KeyringState = { exists: false, hasAnchor: false, hasKey: false, isTrusted: false, isReadable: false };
const ready: KeyringState = { exists: true, hasAnchor: true, hasKey: true, isTrusted: true, isReadable: true };

test.each<[string, Partial<KeyringState>, boolean, string[]]>([
  ['nothing there', nothing, false, ['make-directory', 'make-anchor', 'import', 'sign', 'open']],
  ['nothing there, getuto installed', nothing, true, ['getuto', 'import', 'sign', 'open']],
  ['made by getuto', { hasKey: false, isTrusted: false }, true, ['import', 'sign', 'open']],
  ['imported, not signed', { isTrusted: false }, false, ['sign', 'open']],
  ['closed for others', { isReadable: false }, false, ['open']],
  ['all right', {}, true, []],
])('%s', (_what, part, hasGetuto, acts) => {
  expect(planKeyring({ ...ready, ...part }, hasGetuto)).toEqual(acts);
});

test("only primary keys of gpg's list count, with their validity", () => {
  const colons = [
    'tru::1:0:0:3:1:5',
    'pub:u:255:22:A:1:::u:::scSC:',
    'fpr:::::::::AAAA:',
    'sub:u:255:18:B:1::::::e:',
    'fpr:::::::::BBBB:',
    'pub:-:255:22:C:1:::-:::scSC:',
    'fpr:::::::::CCCC:',
  ].join('\n');
  expect(listedKeys(colons)).toEqual([
    { fingerprint: 'AAAA', isValid: true },
    { fingerprint: 'CCCC', isValid: false },
  ]);
});

test('only a good signature by the full fingerprint of a trusted key vouches, and only until it is taken back', () => {
  const row = (kind: string, validity: string, by: string) => `${kind}:${validity}::22:KEYID:1::::name:10x::${by}:::8:`;
  const rows = (...lines: string[]) => ['pub:u:255:22:X:1:::u:::scSC:', row('sig', '!', 'NEW'), ...lines].join('\n');
  const by = (...lines: string[]) => voucherOf(rows(...lines), { fingerprint: 'NEW', trusted: ['OLD', 'NEW'] });
  expect(by(row('sig', '!', 'OLD'))).toBe('OLD');
  expect(by()).toBeUndefined();
  expect(by(row('sig', '-', 'OLD'))).toBeUndefined();
  expect(by(row('sig', '?', 'OLD'))).toBeUndefined();
  expect(by(row('sig', '!', 'FOREIGN'))).toBeUndefined();
  expect(by(row('sig', '!', 'OLD'), row('rev', '!', 'OLD'))).toBeUndefined();
});
