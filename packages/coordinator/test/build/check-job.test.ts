import { describe, expect, test } from 'vitest';
import { jobFault } from '../../src/build/check-job.ts';
import type { BuildJob } from '../../src/queue/build-job.ts';
import { makeBoundDependency, makeBuildJob } from './make-build-job.ts';

const face = { cpv: 'dev-libs/libfoo-1.0', repository: 'gentoo', useEnabled: ['ssl'], useDisabled: ['static-libs'] };

test('a row that a node and the planner made passes', () => {
  const job = makeBuildJob({
    cpv: 'dev-lang/python-3.12.1_rc1-r2',
    slot: '3.12',
    subslot: '3.12',
    repository: 'my-overlay',
    useEnabled: ['python_targets_python3_12', 'c++', 'abi_x86_32'],
    useDisabled: ['test'],
    bindings: [makeBoundDependency(), makeBoundDependency({ repository: null })],
    face: [face],
  });
  expect(jobFault(job)).toBeUndefined();
});

/** Each of them in each word of a row. */
const HOSTILE: [string, string][] = [
  ['an option of emerge in a row', '--config=/tmp/x'],
  ['a short option in a row', '-C'],
  ['a second line of configuration in a row', 'dev-libs/libfoo-1.0\n*/* **'],
  ['a trailing newline in a row', 'ssl\n'],
  ['a carriage return in a row', 'ssl\rx'],
  ['a way up in a row', '../../etc/passwd'],
  ['an absolute path in a row', '/etc/passwd'],
  ['a second word in a row', 'dev-libs/libfoo-1.0 dev-libs/other'],
  ['a command in a row', 'dev-libs/libfoo-1.0;reboot'],
  ['a command substitution in a row', 'dev-libs/libfoo-$(reboot)'],
  ['a pattern of all packages in a row', '*/*'],
  ['a set in a row', '@world'],
  ['an operator in a row', '>=dev-libs/libfoo-1.0'],
  ['a NUL in a row', 'ssl\0'],
  ['a look-alike in a row', 'dev-libs/lib\u0444oo-1.0'],
  ['nothing in a row', ''],
  ['1 MB in a row', 'a'.repeat(1024 * 1024)],
];

const PLACES: Record<string, (text: string) => Partial<BuildJob>> = {
  cpv: (text) => ({ cpv: text }),
  slot: (text) => ({ slot: text }),
  subslot: (text) => ({ subslot: text }),
  repository: (text) => ({ repository: text }),
  'USE, enabled': (text) => ({ useEnabled: ['ssl', text] }),
  'USE, disabled': (text) => ({ useDisabled: [text] }),
  pool: (text) => ({ pool: text }),
  log: (text) => ({ logPath: text }),
  'face: cpv': (text) => ({ face: [face, { ...face, cpv: text }] }),
  'face: repository': (text) => ({ face: [{ ...face, repository: text }] }),
  'face: USE, enabled': (text) => ({ face: [{ ...face, useEnabled: [text] }] }),
  'face: USE, disabled': (text) => ({ face: [{ ...face, useDisabled: [text] }] }),
  'binding: cp': (text) => ({ bindings: [makeBoundDependency({ cp: text })] }),
  'binding: slot': (text) => ({ bindings: [makeBoundDependency({ slot: text })] }),
  'binding: subslot': (text) => ({ bindings: [makeBoundDependency({ subslot: text })] }),
  'binding: cpv': (text) => ({ bindings: [makeBoundDependency({ cpv: text })] }),
  'binding: repository': (text) => ({ bindings: [makeBoundDependency({ repository: text })] }),
  'binding: USE': (text) => ({ bindings: [makeBoundDependency({ useEnabled: [text] })] }),
};
/** An atom without a repository is a right one. */
const MAY_BE_EMPTY = ['repository', 'face: repository', 'binding: repository'];

describe('is refused before it reaches a command, a file or a path:', () => {
  test.each(HOSTILE)('%s', (_what, text) => {
    const passed = Object.entries(PLACES).filter(([, place]) => jobFault(makeBuildJob(place(text))) === undefined);
    expect(passed.map(([name]) => name)).toEqual(text === '' ? MAY_BE_EMPTY : []);
  });

  test('a number that is none', () => {
    for (const attemptId of [0, -1, 1.5, Number.NaN, '1/../2' as unknown as number])
      expect(jobFault(makeBuildJob({ attemptId }))).toContain('expected a number above 0');
  });

  test('a word that is no text', () => {
    expect(jobFault(makeBuildJob({ useEnabled: [{} as unknown as string] }))).toBe(
      'expected a USE flag, got {}: nothing was run',
    );
  });
});

test('the sentence shows what was there on one line', () => {
  const fault = jobFault(makeBuildJob({ useEnabled: ['ssl\n*/* **'] }));
  expect(fault).toBe(String.raw`expected a USE flag, got "ssl\n*/* **": nothing was run`);
});
