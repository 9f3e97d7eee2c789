import { expect, test } from 'vitest';
import { judgeSignature } from '../../src/prove/judge-signature.ts';

const HELP = { gnupgHome: '/etc/portage/gnupg', keyUrl: 'http://binhost:8080/packages/default/key.asc' };
const FINGERPRINT = 'A31CA2E82B344472CEA7E786B90FEA979926DD83';
const VALID = `[GNUPG:] NEWSIG
[GNUPG:] GOODSIG B90FEA979926DD83 D signing <d@binhost.test>
[GNUPG:] VALIDSIG ${FINGERPRINT} 2026-11-22 1795384078 0 4 0 22 10 01 ${FINGERPRINT}
`;

test.each(['TRUST_FULLY', 'TRUST_ULTIMATE'])('a valid signature with %s is good', (trust) => {
  expect(judgeSignature(`${VALID}[GNUPG:] ${trust} 0 pgp\n`, HELP)).toEqual({ good: true, fingerprint: FINGERPRINT });
});

test.each([
  ['no trust', VALID, 'not trusted by /etc/portage/gnupg'],
  ['undefined trust', `${VALID}[GNUPG:] TRUST_UNDEFINED 0 pgp\n`, `--quick-lsign-key ${FINGERPRINT}`],
  [
    'an unknown key',
    '[GNUPG:] ERRSIG B90FEA979926DD83 22 10 01 1795384078 9 -\n[GNUPG:] NO_PUBKEY B90FEA979926DD83\n',
    'not in /etc/portage/gnupg',
  ],
  ['a bad signature', `[GNUPG:] BADSIG B90FEA979926DD83 x\n`, 'changed after it was signed'],
  [
    'a bad signature beside a good one',
    `${VALID}[GNUPG:] TRUST_FULLY 0 pgp\n[GNUPG:] BADSIG B90FEA979926DD83 x\n`,
    'changed after',
  ],
  ['an expired key', `[GNUPG:] EXPKEYSIG B90FEA979926DD83 x\n${VALID}[GNUPG:] TRUST_FULLY\n`, 'expired'],
  ['a revoked key', `[GNUPG:] REVKEYSIG B90FEA979926DD83 x\n${VALID}`, 'revoked'],
  ['no signature', '[GNUPG:] NODATA 4\n', 'no signature'],
  ['nothing at all', '', 'no signature'],
])('%s is refused with what to do', (_what, status, words) => {
  expect(judgeSignature(status, HELP)).toMatchObject({ good: false, reason: expect.stringContaining(words) });
});

test('how to trust an unknown key names where to get it', () => {
  const verdict = judgeSignature('[GNUPG:] NO_PUBKEY B90FEA979926DD83\n', HELP);
  expect(verdict).toMatchObject({ reason: expect.stringContaining(HELP.keyUrl) });
});

test('words in a user id are not taken for status words', () => {
  const status = '[GNUPG:] GOODSIG AAAA VALIDSIG TRUST_FULLY\n[GNUPG:] TRUST_UNDEFINED 0 pgp\n';
  expect(judgeSignature(status, HELP).good).toBe(false);
});
