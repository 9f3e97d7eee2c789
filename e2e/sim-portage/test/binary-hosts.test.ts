import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { trustKey } from '../../support/trust-key.ts';
import type { SimulatedHost } from '../make-host.ts';
import { emerge, serveFiles, simulate, testHost } from './simulated-run.ts';

const ebuilds = [{ cpv: 'app-misc/tool-1.0', iuse: 'gui' }, { cpv: 'app-misc/other-1.0' }];
const FILE = 'app-misc/tool/tool-1.0-1.gpkg.tar';

/** A PKGDIR with one package, unsigned, and a signed copy of it with the key beside it; made once for all tests. */
const packageDirectories = makePackageDirectories();

async function makePackageDirectories(): Promise<{ unsigned: string; signed: string }> {
  const host = await testHost(ebuilds);
  const unsigned = join(host.directory, 'var/cache/binpkgs');
  const signed = join(host.directory, 'signed');
  await emerge(host, ['--buildpkgonly', 'app-misc/tool']);
  await cp(unsigned, signed, { recursive: true });
  const gnupg = join(host.directory, 'gnupg');
  const gpg = (...args: string[]) => simulate(host, 'gpg', ['--homedir', gnupg, '--batch', ...args]);
  await gpg('--passphrase', '', '--quick-generate-key', 'binhost', 'ed25519', 'sign', 'never');
  const fingerprint = /^fpr:+([0-9A-F]+):/m.exec((await gpg('--list-keys', '--with-colons')).stdout)?.[1] ?? '';
  await writeFile(join(signed, 'key.asc'), (await gpg('--armor', '--export')).stdout);
  const env = { FEATURES: 'binpkg-signing', BINPKG_GPG_SIGNING_GPG_HOME: gnupg, BINPKG_GPG_SIGNING_KEY: fingerprint };
  const run = await simulate(host, 'gpkg-sign', ['--allow-unsigned', join(signed, FILE)], env);
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  // Writes the index anew: a signed file has another size.
  await emerge(host, ['--buildpkgonly', 'app-misc/other'], { PKGDIR: signed });
  return { unsigned, signed };
}

/** Serves a copy of its own of one of them. */
async function binhost(kind: 'signed' | 'unsigned') {
  const { directory } = await testHost([]);
  const packages = join(directory, 'packages');
  await cp((await packageDirectories)[kind], packages, { recursive: true });
  return { packages, ...(await serveFiles(packages)) };
}

const node = (syncUri: string): Promise<SimulatedHost> =>
  testHost(ebuilds, { world: ['app-misc/tool'], binaryHosts: [{ name: 'binhost', syncUri }] });

describe.concurrent('a node with a binary host', { timeout: 60_000 }, () => {
  it('fetches the index once and asks for a newer one afterwards', async () => {
    const { url, requests, packages } = await binhost('signed');
    const index = await readFile(join(packages, 'Packages'), 'utf8');
    expect(index).toContain('CPV: app-misc/tool-1.0');
    const host = await node(url);
    expect((await emerge(host, ['-gpvuDN', 'world'])).stdout).toContain('[binary  N g   ] app-misc/tool-1.0-1::main');
    await emerge(host, ['-gpvuDN', 'world']);
    expect(requests.filter((line) => line.includes('Packages'))).toHaveLength(2);
  });

  it('says in the words of Portage that the host cannot be reached', async () => {
    const host = await node('http://127.0.0.1:9/packages/default');
    const { stdout, stderr, exitCode } = await emerge(host, ['-gpvuDN', 'world']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('[ebuild  N     ] app-misc/tool-1.0::main');
    expect(stderr).toContain(
      "!!! [binhost] Error fetching binhost package info from 'http://127.0.0.1:9/packages/default'",
    );
    expect(stderr).toContain('[binhost] Local copy of unavailable remote index will be used due to --pretend');
  });

  it('installs a signed package once it trusts the key', async () => {
    const { url } = await binhost('signed');
    const host = await node(url);
    const untrusted = await emerge(host, ['-G1', '=app-misc/tool-1.0-1']);
    expect(untrusted).toMatchObject({ exitCode: 1 });
    expect(untrusted.stderr).toContain('public key is missing');
    await trustKey(host, `${url}/key.asc`);
    expect(await emerge(host, ['-G1', '=app-misc/tool-1.0-1'])).toMatchObject({ exitCode: 0 });
    expect(await readdir(join(host.directory, 'var/db/pkg/app-misc'))).toEqual(['tool-1.0']);
  });

  it('refuses an unsigned package at the installation, not before', async () => {
    const { url } = await binhost('unsigned');
    const host = await node(url);
    expect((await emerge(host, ['-gp', 'app-misc/tool'])).stdout).toContain('[binary  N g   ]');
    expect((await emerge(host, ['-Gf', 'app-misc/tool'])).exitCode).toBe(0);
    const { stderr, exitCode } = await emerge(host, ['-guDN', 'world']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('binpkg appears unsigned (missing any signature)');
  });

  it('keeps a file aside that is not what the index says', async () => {
    const { url, packages } = await binhost('unsigned');
    await writeFile(join(packages, FILE), 'something else');
    const host = await node(url);
    const { stdout, exitCode } = await emerge(host, ['-Gf', 'app-misc/tool']);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('!!! Reason: Failed on size verification');
    const [aside] = await readdir(join(host.directory, 'var/cache/binhost/binhost/app-misc/tool'));
    expect(aside).toMatch(/^tool-1\.0-1\.gpkg\.tar\.partial\._checksum_failure_\./);
  });
});
