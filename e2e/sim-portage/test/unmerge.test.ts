import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EbuildDescription } from '../host-description.ts';
import { emerge, testHost } from './simulated-run.ts';

const mailers: EbuildDescription[] = [
  { cpv: 'mail-mta/ssmtp-2.64', iuse: 'ssl', rdepend: '!mail-mta/postfix' },
  { cpv: 'mail-mta/postfix-3.8', iuse: 'ssl', rdepend: '!mail-mta/ssmtp' },
];
const slots: EbuildDescription[] = [
  { cpv: 'dev-lang/script-1.5', slot: '1' },
  { cpv: 'dev-lang/script-2.1', slot: '2' },
];

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

describe.concurrent('emerge --rage-clean', { timeout: 60_000 }, () => {
  it('takes one slot away, with its world entry, and leaves what the other shares with it', async () => {
    const host = await testHost(slots, { world: ['dev-lang/script:2'] });
    for (const cpv of ['dev-lang/script-1.5', 'dev-lang/script-2.1']) await emerge(host, ['--oneshot', `=${cpv}`]);
    const run = await emerge(host, ['--ignore-default-opts', '--getbinpkg=n', '--rage-clean', '=dev-lang/script-2.1']);
    expect(run).toEqual({
      stdout: `
 dev-lang/script
    selected: 2.1 
   protected: none 
     omitted: 1.5 

All selected packages: =dev-lang/script-2.1

>>> 'Selected' packages are slated for removal.
>>> 'Protected' and 'omitted' packages will not be removed.

>>> Unmerging (1 of 1) dev-lang/script-2.1...
`,
      stderr: '',
      exitCode: 0,
    });
    expect(await exists(join(host.directory, 'var/db/pkg/dev-lang/script-2.1'))).toBe(false);
    expect(await exists(join(host.directory, 'usr/bin/script'))).toBe(true);
    expect(await readFile(join(host.directory, 'var/lib/portage/world'), 'utf8')).toBe('');
  });

  it('says what is not there, and fails where nothing is', async () => {
    const host = await testHost(slots);
    expect(await emerge(host, ['--rage-clean', '=dev-lang/script-2.1'])).toEqual({
      stdout: '\n>>> No packages selected for removal by rage-clean\n',
      stderr: "\n--- Couldn't find '=dev-lang/script-2.1' to rage-clean.\n",
      exitCode: 1,
    });
  });
});

describe.concurrent('a soft blocker', { timeout: 60_000 }, () => {
  it('drives an installed package out that nobody needs', async () => {
    const host = await testHost(mailers, { world: ['mail-mta/postfix'] });
    await emerge(host, ['--oneshot', '=mail-mta/ssmtp-2.64']);
    const run = await emerge(host, ['-uDN', 'world']);
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain('>>> Uninstalling mail-mta/ssmtp-2.64::main');
    expect(await exists(join(host.directory, 'var/db/pkg/mail-mta/ssmtp-2.64'))).toBe(false);
    expect(await exists(join(host.directory, 'usr/bin/ssmtp'))).toBe(false);
    expect(await exists(join(host.directory, 'usr/bin/postfix'))).toBe(true);
  });

  it('does not keep a package from being built beside what it blocks', async () => {
    const host = await testHost(mailers, { world: ['mail-mta/ssmtp'], installed: [{ cpv: 'mail-mta/ssmtp-2.64' }] });
    const run = await emerge(host, ['--oneshot', '--usepkg=n', '--buildpkgonly', '=mail-mta/postfix-3.8']);
    expect(run.exitCode).toBe(0);
    expect(await exists(join(host.directory, 'var/db/pkg/mail-mta/ssmtp-2.64'))).toBe(true);
  });
});
