import { parsePretendOutput } from '@binhost/shared/emerge';
import { expect, test } from 'vitest';
import { explainLook } from '../../src/collect/explain-look.ts';
import { NOTHING_PRINTED } from '../../src/report/make-report.ts';
import { SITUATIONS, situationSentence } from '../../src/situations.ts';

const UNREACHABLE = `
!!! [binhost] Error fetching binhost package info from 'http://10.77.0.1:8080/packages/default'
!!! [binhost] <urlopen error [Errno 111] Connection refused>

[binhost] Local copy of unavailable remote index will be used due to --pretend
`;
const LIST = `
[ebuild  N     ] sys-fs/fuse-2.6.1::rigrepo  USE="-static" 0 KiB

Total: 1 package (1 new), Size of downloads: 0 KiB
`;

function ended(stdout: string, stderr: string, exitCode = 1) {
  const outcome = { kind: 'ended' as const, exitCode, stdout, stderr };
  return explainLook({ outcome, failure: null, said: `${stderr}\n${stdout}` }, parsePretendOutput({ stdout, stderr }));
}

/** What the real Portage printed, in shortened form. */
test.each([
  [
    'tree-broken',
    `!!! Section 'rigrepo' in repos.conf has location attribute set to nonexistent directory: '/var/db/repos/rigrepo'\n${UNREACHABLE}\n!!! Your current profile is invalid. If you have just changed your profile\n`,
  ],
  [
    'profile-broken',
    `${UNREACHABLE}\n!!! /etc/portage/make.profile is not a symlink and will probably prevent most merges.\n\n!!! Your current profile is invalid. If you have just changed your profile\n`,
  ],
  [
    'config-broken',
    '"/etc/portage/make.conf", line 7: No closing quotation\nTraceback (most recent call last):\nValueError: No closing quotation\n',
  ],
  ['portage-crashed', 'Traceback (most recent call last):\nModuleNotFoundError: No module named portage\n'],
  [
    'disk-full',
    "Traceback (most recent call last):\nOSError: [Errno 28] No space left on device: '/var/cache/edb/x'\n",
  ],
  ['not-permitted', "PermissionError: [Errno 13] Permission denied: '/etc/portage/make.conf'\n"],
  ['emerge-failed', 'emerge: something new\n'],
])('%s is known by what emerge says, and quoted', (code, stderr) => {
  const [situation] = ended('', stderr);
  expect(situation?.code).toBe(code);
  expect(situation?.detail).not.toBe('');
});

test('a list made while the binhost was unreachable is "last look incomplete", with the reason why it is no demand', () => {
  const [situation] = ended(LIST, UNREACHABLE, 0);
  expect(situation?.code).toBe('binhost-unreachable');
  expect(situation && situationSentence(situation)).toMatch(/^Last look incomplete: .*no demand/);
});

test('no binhost at all is told from one that does not answer: no look will mend it', () => {
  const stderr = '!!! binrepos.conf is missing (or PORTAGE_BINHOST is unset), but use is requested.\n';
  expect(ended(LIST, stderr, 0).map(({ code }) => code)).toEqual(['binhost-not-configured']);
});

test('a whole list has no situation, whatever its exit status', () => {
  expect(ended(LIST, '', 0)).toEqual([]);
});

test('an emerge that hangs is told from one that waits for a lock', () => {
  const look = (said: string) => ({
    outcome: { kind: 'timed-out' as const, limitMs: 1, stdout: '', stderr: said },
    failure: 'emerge took longer than 1 s and was ended',
    said,
  });
  expect(explainLook(look(''), NOTHING_PRINTED)[0]?.code).toBe('emerge-hung');
  expect(explainLook(look('waiting for lock on /var/db/.pkg.portage_lockfile'), NOTHING_PRINTED)[0]?.code).toBe(
    'portage-locked',
  );
});

test.each([
  ['emerge-missing', "portageq envvar could not be started: 'portageq': no such program"],
  ['database-unreadable', 'expected a readable package database at /var/db/pkg: EACCES'],
  ['config-broken', 'EMERGE_DEFAULT_OPTS has a quote that is not closed: "x'],
])('where emerge was not even started it is %s', (code, failure) => {
  expect(explainLook({ outcome: undefined, failure, said: '' }, NOTHING_PRINTED)[0]).toEqual({ code, detail: failure });
});

test('every situation says what it is, what it means and what to do, in whole sentences', () => {
  for (const [code, row] of Object.entries(SITUATIONS)) {
    expect(code).toMatch(/^[a-z-]+$/);
    expect(row.title).toMatch(/^(?:[A-Z]|emerge ).*[^.]$/);
    for (const text of [row.text, row.whatToDo]) expect(text).toMatch(/^(?:[A-Z`]|emerge ).*\.$/);
  }
});
