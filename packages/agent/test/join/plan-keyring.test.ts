import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type KeyringState, listedKeys, planKeyring } from '../../src/join/plan-keyring.ts';
import { POSTSYNC_HOOK } from '../../src/join/postsync-hook.ts';

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

test('the hook that join installs is the one of packaging/', () => {
  const file = new URL('../../../../packaging/portage/postsync.d/binhost-agent', import.meta.url);
  expect(POSTSYNC_HOOK).toBe(readFileSync(file, 'utf8'));
});
