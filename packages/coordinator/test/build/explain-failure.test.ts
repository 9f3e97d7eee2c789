import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type EndedStep, explainFailure } from '../../src/build/explain-failure.ts';

/** Output of the real Portage 3.0.82, kept as it came; each file is named by its situation. */
const recorded = (situation: string): string =>
  readFileSync(join(import.meta.dirname, 'emerge-failures', `${situation}.txt`), 'utf8');

const ended = (overrides: Partial<EndedStep>): EndedStep => ({
  step: 'build',
  cpv: 'app-arch/broken-1.0',
  ended: 'exit',
  exitCode: 1,
  tail: '',
  ...overrides,
});

const SITUATIONS: [string, EndedStep['step'], string, object][] = [
  [
    'compile-phase',
    'build',
    'app-arch/broken-1.0',
    {
      kind: 'package',
      text: 'app-arch/broken-1.0 failed in phase compile: this package never compiles',
      phase: 'compile',
    },
  ],
  [
    'dependency-does-not-compile',
    'dependencies',
    'app-misc/needs-broken-1',
    {
      kind: 'package',
      text: 'app-arch/broken-1.0 failed in phase compile: this package never compiles',
      phase: 'compile',
    },
  ],
  [
    'pretend-phase',
    'build',
    'app-misc/pretend-die-1',
    { kind: 'package', text: 'app-misc/pretend-die-1 failed in phase pretend: no kernel here', phase: 'pretend' },
  ],
  [
    'fetch-refused',
    'fetch',
    'app-arch/unfetchable-1.0',
    { kind: 'fetch', text: 'unfetchable-1.0.tar.gz of app-arch/unfetchable-1.0 could not be fetched from any mirror' },
  ],
  [
    'dependency-not-fetchable',
    'dependencies',
    'app-misc/needs-unfetchable-1',
    { kind: 'fetch', text: 'unfetchable-1.0.tar.gz of app-arch/unfetchable-1.0 could not be fetched from any mirror' },
  ],
  [
    'fetch-restricted',
    'fetch',
    'app-arch/by-hand-1.0',
    {
      kind: 'fetch',
      text: "app-arch/by-hand-1.0 has fetch restriction: put by-hand-1.0.tar.gz into the binhost's DISTDIR by hand",
      needsPerson: true,
    },
  ],
  [
    'bad-digest',
    'fetch',
    'app-misc/bad-digest-1',
    { kind: 'fetch', text: 'bad-digest-1.tar.gz was fetched, but its digest is not the one in the Manifest' },
  ],
  [
    'no-ebuild',
    'dependencies',
    'app-misc/nothing-1.0',
    { kind: 'config', text: "the binhost's tree has no ebuild for =app-misc/nothing-1.0::rigrepo" },
  ],
  [
    'no-ebuild-of-dependency',
    'dependencies',
    'app-misc/needs-missing-1',
    {
      kind: 'config',
      text: "the binhost's tree has no ebuild for dev-libs/absent, needed by app-misc/needs-missing-1::htry",
    },
  ],
  [
    'dependency-masked-by-keyword',
    'dependencies',
    'app-misc/needs-masked-1',
    {
      kind: 'config',
      text: 'every ebuild for app-misc/keyworded is masked on the binhost (app-misc/keyworded-9.0::rigrepo: ~amd64 keyword), needed by app-misc/needs-masked-1::htry',
    },
  ],
  [
    'masked-by-license',
    'build',
    'app-misc/needs-use-1',
    {
      kind: 'config',
      text: 'every ebuild for =app-misc/needs-use-1::htry is masked on the binhost (app-misc/needs-use-1::htry: GPL-2 license(s))',
    },
  ],
  [
    'required-use',
    'dependencies',
    'app-misc/required-use-1',
    { kind: 'config', text: 'app-misc/required-use-1::htry refuses these USE flags: any-of ( a b )' },
  ],
  [
    'use-changes',
    'build',
    'app-misc/needs-use-1',
    { kind: 'config', text: 'a USE change is needed first: >=dev-libs/libfoo-2.0 static-libs', overlayHelps: true },
  ],
  [
    'circular',
    'dependencies',
    'app-misc/circular-a-1',
    { kind: 'config', text: 'circular dependencies: app-misc/circular-a-1 and app-misc/circular-b-1 need each other' },
  ],
  [
    'hard-blocker',
    'build',
    'app-misc/needs-blocked-1',
    { kind: 'config', text: 'dev-libs/libfoo and app-misc/needs-blocked-1 block each other', overlayHelps: true },
  ],
  [
    'dependencies-not-merged',
    'build',
    'app-misc/needs-broken-1',
    {
      kind: 'config',
      text: 'dependencies of app-misc/needs-broken-1 are not installed: app-arch/broken-1.0',
      overlayHelps: true,
    },
  ],
];

describe('explainFailure', () => {
  it.each(SITUATIONS)('explains what Portage says: %s', (situation, step, cpv, explanation) => {
    expect(explainFailure(ended({ step, cpv, tail: recorded(situation) }))).toEqual(explanation);
  });

  it("names the compiler's first error beside a failed make", () => {
    const tail = [
      'foo.c:3:1: error: expected identifier',
      'foo.c:9:1: error: another',
      ' * ERROR: cat/foo-1::gentoo failed (compile phase):',
      ' *   emake failed',
      '',
    ].join('\n');
    expect(explainFailure(ended({ tail })).text).toBe(
      'cat/foo-1 failed in phase compile: emake failed (foo.c:3:1: error: expected identifier)',
    );
  });

  it.each(['cc1plus: fatal error: Killed signal terminated program cc1plus', 'write error: No space left on device'])(
    'blames our machine, not the package: %s',
    (line) => {
      const tail = `${line}\n * ERROR: cat/foo-1::gentoo failed (compile phase):\n *   emake failed\n`;
      expect(explainFailure(ended({ tail }))).toEqual({ kind: 'machinery', text: line });
    },
  );

  it('takes what it does not know for our own fault, with the last line', () => {
    expect(explainFailure(ended({ exitCode: 1, tail: 'Traceback\nKeyError: x\n' }))).toEqual({
      kind: 'machinery',
      text: 'emerge ended with exit status 1 in step build: KeyError: x',
    });
    expect(explainFailure(ended({ exitCode: undefined })).text).toBe(
      'emerge ended by a signal in step build: it printed nothing',
    );
  });

  it('books a limit on the package, with the phase that ran', () => {
    const tail = '>>> Compiling source in /var/tmp/portage …\n';
    expect(explainFailure(ended({ ended: 'silence-limit', tail }))).toEqual({
      kind: 'package',
      text: 'app-arch/broken-1.0 printed nothing for build.silenceLimit',
      phase: 'compile',
    });
  });

  it('books a stop and a command that cannot be started on nobody', () => {
    expect(explainFailure(ended({ ended: 'stopped' })).kind).toBe('machinery');
    expect(explainFailure(ended({ ended: 'not-started', tail: 'spawn emerge ENOENT' })).text).toBe(
      'build: the command could not be started: spawn emerge ENOENT',
    );
  });
});
