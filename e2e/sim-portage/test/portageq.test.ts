import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runSimulated } from '../../support/run-simulated.ts';
import { ebuilds } from './recorded-cases.ts';
import { testHost } from './simulated-run.ts';

describe.concurrent('the simulated portageq', { timeout: 60_000 }, () => {
  it('answers envvar with shell quotes, and exit status 1 where one is not set', async () => {
    const host = await testHost(ebuilds);
    const run = await runSimulated(host, 'portageq', ['envvar', '-v', 'CHOST', 'CFLAGS', 'NOPE']);
    expect(run).toMatchObject({ stdout: "CHOST=x86_64-pc-linux-gnu\nCFLAGS='-O2 -pipe'\nNOPE=''\n", exitCode: 1 });
  });

  it('names the repositories and where they lie', async () => {
    const host = await testHost(ebuilds);
    const place = join(host.directory, 'var/db/repos/main');
    expect((await runSimulated(host, 'portageq', ['get_repo_path', '/', 'main'])).stdout).toBe(`${place}\n`);
    expect((await runSimulated(host, 'portageq', ['repos_config', '/'])).stdout).toContain(
      `[main]\nauto-sync = no\nlocation = ${place}\n`,
    );
  });

  it('gives the metadata of an ebuild, or says that there is none', async () => {
    const host = await testHost(ebuilds);
    const ask = (cpv: string) =>
      runSimulated(host, 'portageq', ['metadata', '/', 'ebuild', cpv, 'DEPEND', 'IUSE', 'PDEPEND']);
    expect(await ask('sys-fs/fuse-2.6.1::main')).toMatchObject({
      stdout: 'dev-libs/libfoo:=\nstatic\n\n',
      exitCode: 0,
    });
    expect(await ask('sys-fs/fuse-9')).toMatchObject({ stderr: "Package not found: 'sys-fs/fuse-9'\n", exitCode: 1 });
  });
});

describe.concurrent('what is not simulated', { timeout: 60_000 }, () => {
  const cases: [string, string[]][] = [
    ['blockers', ['a', 'b']],
    ['circular dependencies', ['loop']],
    ['slot conflicts', ['old', 'x']],
  ];
  const world = [
    { cpv: 'app-misc/a-1', rdepend: '!app-misc/b' },
    { cpv: 'app-misc/b-1' },
    { cpv: 'app-misc/loop-1', depend: 'app-misc/pool' },
    { cpv: 'app-misc/pool-1', depend: 'app-misc/loop' },
    { cpv: 'app-misc/lib-1' },
    { cpv: 'app-misc/lib-2' },
    { cpv: 'app-misc/old-1', rdepend: '<app-misc/lib-2' },
    { cpv: 'app-misc/x-1', rdepend: '>=app-misc/lib-2' },
  ];
  for (const [what, names] of cases) {
    it(`ends with a sentence that names ${what}`, async () => {
      const host = await testHost(world);
      const { stderr, exitCode } = await runSimulated(host, 'emerge', [
        '-pv',
        ...names.map((name) => `app-misc/${name}`),
      ]);
      expect(exitCode).toBe(70);
      expect(stderr).toMatch(new RegExp(`^simulated Portage: ${what} are not simulated \\(`));
    });
  }

  it('refuses an option that it does not know', async () => {
    const host = await testHost(world);
    const { stderr, exitCode } = await runSimulated(host, 'emerge', ['-pv', '--depclean']);
    expect({ stderr, exitCode }).toEqual({
      stderr: 'emerge: error: unrecognized arguments: --depclean\n',
      exitCode: 2,
    });
  });
});
