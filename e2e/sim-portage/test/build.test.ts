import { spawn } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseGpkgManifest, parsePackagesIndex } from '@binhost/shared/portage';
import { waitFor } from '@binhost/testkit';
import { unpackTar } from 'modern-tar';
import { describe, expect, it } from 'vitest';
import type { SimulatedHost } from '../make-host.ts';
import { ebuilds } from './recorded-cases.ts';
import { emerge, testHost } from './simulated-run.ts';

const PKGDIR = 'var/cache/binpkgs';
const withLibrary = { installed: [{ cpv: 'dev-libs/libfoo-1.0' }] };
const fuse = 'sys-fs/fuse/fuse-2.6.1-1.gpkg.tar';

async function readGpkg(host: SimulatedHost, path: string): Promise<Map<string, Uint8Array>> {
  const entries = await unpackTar(await readFile(join(host.directory, PKGDIR, path)));
  return new Map(entries.map(({ header, data }) => [header.name, data ?? new Uint8Array()]));
}

describe.concurrent('emerge --buildpkgonly', { timeout: 60_000 }, () => {
  it('makes a gpkg whose Manifest names every other member', async () => {
    const host = await testHost(ebuilds, withLibrary);
    const run = await emerge(host, ['--buildpkgonly', '--oneshot', '=sys-fs/fuse-2.6.1']);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    const members = await readGpkg(host, fuse);
    const names = [...members.keys()].map((name) => name.replace('fuse-2.6.1-1/', ''));
    expect(names).toEqual(['gpkg-1', 'metadata.tar.gz', 'image.tar.gz', 'Manifest']);
    const manifest = parseGpkgManifest(Buffer.from(members.get('fuse-2.6.1-1/Manifest') ?? []).toString());
    expect(manifest?.members.map(({ name }) => name)).toEqual(names.slice(0, 3));
  });

  it('records what := was bound to, in the package and in the index', async () => {
    const host = await testHost(ebuilds, withLibrary);
    await emerge(host, ['--buildpkgonly', '--oneshot', '=sys-fs/fuse-2.6.1']);
    const index = parsePackagesIndex(await readFile(join(host.directory, PKGDIR, 'Packages'), 'utf8'));
    expect(index.entries[0]).toMatchObject({
      CPV: 'sys-fs/fuse-2.6.1',
      BUILD_ID: '1',
      RDEPEND: 'dev-libs/libfoo:0/1=',
      PATH: fuse,
    });
  });

  it('takes the next build number, and installs nothing', async () => {
    const host = await testHost(ebuilds, withLibrary);
    for (const use of ['', 'static']) await emerge(host, ['-B1', '=sys-fs/fuse-2.6.1'], { USE: use });
    expect((await readdir(join(host.directory, PKGDIR, 'sys-fs/fuse'))).sort()).toEqual([
      'fuse-2.6.1-1.gpkg.tar',
      'fuse-2.6.1-2.gpkg.tar',
    ]);
    expect(await readdir(join(host.directory, 'var/db/pkg'))).toEqual(['dev-libs']);
  });

  it('prints the compile failure of the real Portage and leaves no package', async () => {
    const host = await testHost([{ cpv: 'app-arch/broken-1.0', fault: 'compile' }]);
    const { stdout, exitCode } = await emerge(host, ['--buildpkgonly', 'app-arch/broken']);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(' * ERROR: app-arch/broken-1.0::main failed (compile phase):\n');
    expect(stdout).toContain('>>> Failed to emerge app-arch/broken-1.0, Log file:');
    expect(await readdir(join(host.directory, PKGDIR, 'app-arch/broken'))).toEqual([]);
  });

  it('fails to fetch what cannot be fetched', async () => {
    const host = await testHost([{ cpv: 'app-arch/gone-1.0', fault: 'fetch' }]);
    const { stdout, exitCode } = await emerge(host, ['--fetchonly', '--nodeps', 'app-arch/gone']);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("!!! Couldn't download 'gone-1.0.tar.gz'. Aborting.");
  });

  it('leaves a zero-byte package when it is killed', async () => {
    const host = await testHost([{ cpv: 'app-misc/slow-1.0', seconds: 60 }]);
    const [program, ...args] = [...host.programs.emerge, '--buildpkgonly', 'app-misc/slow'];
    const child = spawn(program, args, { stdio: 'ignore' });
    const file = join(host.directory, PKGDIR, 'app-misc/slow/slow-1.0-1.gpkg.tar');
    await waitFor(() => stat(file), { what: 'the package file of the running build' });
    child.kill('SIGKILL');
    expect((await stat(file)).size).toBe(0);
  });
});

describe.concurrent('emerge --buildpkg', { timeout: 60_000 }, () => {
  it('builds and installs what a new sub-slot demands', async () => {
    const installed = [{ cpv: 'dev-libs/libfoo-1.0' }, { cpv: 'sys-fs/fuse-2.6.1', rdepend: 'dev-libs/libfoo:0/1=' }];
    const host = await testHost(ebuilds, { world: ['sys-fs/fuse'], installed });
    const run = await emerge(host, ['--buildpkg', '-uDN', 'world']);
    expect(run.exitCode).toBe(0);
    const database = join(host.directory, 'var/db/pkg');
    expect(await readdir(join(database, 'dev-libs'))).toEqual(['libfoo-2.0']);
    expect(await readFile(join(database, 'sys-fs/fuse-2.6.1/RDEPEND'), 'utf8')).toBe('dev-libs/libfoo:0/2=\n');
  });
});
