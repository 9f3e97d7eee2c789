import { parsePretendOutput } from '@binhost/shared/emerge';
import { decodeAgentMessage } from '@binhost/shared/protocol';
import { makeNodeFacts } from '@binhost/testkit';
import { expect, test } from 'vitest';
import type { Look } from '../../src/collect/collect.ts';
import { makeReport, NOTHING_PRINTED } from '../../src/report/make-report.ts';

const CONTEXT = {
  epoch: '7b6c1f0e-52a1-4f0b-9a52-0d5b8f4d3c11',
  number: 7,
  lastEvent: 3,
  inventoryDigest: 'a'.repeat(64),
};

const LIST = `
These are the packages that would be merged, in order:

Calculating dependencies ... done!

[ebuild  N     ] dev-libs/libfoo-2.0:0/2::rigrepo  USE="-static-libs" 0 KiB
[binary  N g   ] sys-fs/fuse-2.6.1-1::rigrepo  USE="-static" 20 KiB

Total: 2 packages (2 new, 1 binary), Size of downloads: 20 KiB
`;

const UNREACHABLE = `
!!! [binhost] Error fetching binhost package info from 'http://10.77.0.1:8080/packages/default'
!!! [binhost] <urlopen error [Errno 111] Connection refused>

[binhost] Local copy of unavailable remote index will be used due to --pretend
`;

function lookOf(outcome: Look['outcome'], failure: string | null = null): Look {
  const facts = makeNodeFacts();
  return {
    lookedAtMs: 1000,
    tookMs: 20,
    outcome,
    failure,
    said: '',
    facts,
    packageDirectory: '',
    binaryRepositories: [],
    repositoryLocations: [],
    inventory: null,
  };
}

function reportOf(stdout: string, stderr = '', exitCode = 0) {
  const look = lookOf({ kind: 'ended', exitCode, stdout, stderr });
  return makeReport(look, parsePretendOutput({ stdout, stderr }), CONTEXT);
}

test('a whole list is a complete report that fits the protocol', () => {
  const report = reportOf(LIST);
  expect(report).toMatchObject({ ...CONTEXT, outcome: 'complete', exitCode: 0, problems: [] });
  expect(report.entries.map(({ kind, cpv, buildId }) => [kind, cpv, buildId])).toEqual([
    ['ebuild', 'dev-libs/libfoo-2.0', null],
    ['binary', 'sys-fs/fuse-2.6.1', 1],
  ]);
  expect(decodeAgentMessage(report)).toEqual(report);
});

test('a list made while a binhost was unreachable is incomplete', () => {
  const report = reportOf(LIST, UNREACHABLE);
  expect(report.outcome).toBe('incomplete');
  expect(report.problems.map(({ code }) => code)).toContain('binhost-unreachable');
});

test('nothing to do is a complete report without rows', () => {
  const total = '\nTotal: 0 packages, Size of downloads: 0 KiB\n';
  const report = reportOf(`${LIST.split('[ebuild')[0]}${total}`);
  expect(report).toMatchObject({ outcome: 'complete', entries: [] });
});

test('a list that ends early is incomplete, and failed where nothing of it came', () => {
  expect(reportOf(LIST.slice(0, LIST.indexOf('[binary'))).outcome).toBe('incomplete');
  expect(reportOf('', 'emerge: something else\n', 1).outcome).toBe('failed');
});

test('a look that was ended by its time limit says so, and is no demand', () => {
  const stdout = LIST;
  const look = lookOf(
    { kind: 'timed-out', limitMs: 1000, stdout, stderr: '' },
    'emerge took longer than 1 s and was ended',
  );
  const report = makeReport(look, parsePretendOutput({ stdout, stderr: '' }), CONTEXT);
  expect(report).toMatchObject({ outcome: 'incomplete', exitCode: null });
  expect(report.problems[0]).toMatchObject({
    code: 'truncated',
    message: expect.stringContaining('emerge took longer than 1 s and was ended'),
  });
});

test('where emerge could not be started the report is failed and says why', () => {
  const report = makeReport(lookOf(undefined, "'emerge': no such program"), NOTHING_PRINTED, CONTEXT);
  expect(report).toMatchObject({ outcome: 'failed', exitCode: null, entries: [] });
  expect(report.problems).toEqual([
    { code: 'not-emerge-output', atom: null, message: expect.stringContaining("'emerge': no such program"), lines: [] },
  ]);
  expect(decodeAgentMessage(report)).toEqual(report);
});

test('a blocker is a problem, not a row', () => {
  const stdout = LIST.replace('Total', '[blocks B      ] a/b ("a/b" is hard blocking c/d-1)\n\nTotal');
  const report = reportOf(stdout, '', 1);
  expect(report.entries.map(({ cpv }) => cpv)).toEqual(['dev-libs/libfoo-2.0', 'sys-fs/fuse-2.6.1']);
  expect(report.problems.map(({ code }) => code)).toContain('blocked');
});

test('a row outside the grammar of the wire stays here and spoils the report, instead of the report being refused', () => {
  const result = parsePretendOutput({ stdout: LIST, stderr: '' });
  const strange = { ...(result.entries[0] ?? expect.fail()), cpv: `dev-libs/${'x'.repeat(300)}-1` };
  const look = lookOf({ kind: 'ended', exitCode: 0, stdout: LIST, stderr: '' });
  const report = makeReport(look, { ...result, entries: [...result.entries, strange] }, CONTEXT);
  expect(report.outcome).toBe('incomplete');
  expect(report.problems.at(-1)?.code).toBe('truncated');
  expect(decodeAgentMessage(report)).toEqual(report);
});

test('control characters in problems do not reach the wire', () => {
  const result = {
    ...NOTHING_PRINTED,
    problems: [{ code: 'unknown-line' as const, atom: 'a\u0007', message: '\u001b[31m', lines: ['\u0000'] }],
  };
  const report = makeReport(lookOf(undefined), result, CONTEXT);
  expect(decodeAgentMessage(report)).toEqual(report);
});
