import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { simulate, testHost } from './simulated-run.ts';

async function homes() {
  const host = await testHost([]);
  const home =
    (name: string) =>
    (...args: string[]) =>
      simulate(host, 'gpg', ['--homedir', join(host.directory, name), '--batch', '--status-fd', '1', ...args]);
  const [signer, node] = [home('signer'), home('node')];
  await signer('--passphrase', '', '--quick-gen-key', 'the binhost', 'ed25519', 'sign', 'never');
  const keyFile = join(host.directory, 'key.asc');
  await writeFile(
    keyFile,
    (await simulate(host, 'gpg', ['--homedir', join(host.directory, 'signer'), '--armor', '--export'])).stdout,
  );
  const message = join(host.directory, 'Manifest');
  await writeFile(message, '- DATA a 1\n-----\n\nDATA b 2  \n');
  const signed = `${message}.asc`;
  await signer('--clearsign', '--output', signed, message);
  return { signer, node, keyFile, message, signed };
}

describe.concurrent('the simulated gpg', { timeout: 60_000 }, () => {
  it('knows no signature of an unknown key', async () => {
    const { node, signed } = await homes();
    const { stdout, exitCode } = await node('--verify', signed);
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/^\[GNUPG:\] NO_PUBKEY /m);
  });

  it('trusts a key only after a local signature, and then says TRUST_FULLY', async () => {
    const { node, keyFile, signed } = await homes();
    await node('--import', keyFile);
    expect((await node('--verify', signed)).stdout).toContain('TRUST_UNDEFINED');
    const fingerprint = /VALIDSIG ([0-9A-F]{40}) /.exec((await node('--verify', signed)).stdout)?.[1] ?? '';
    expect((await node('--quick-lsign-key', fingerprint)).stderr).toContain('No secret key');
    await node('--passphrase', '', '--quick-generate-key', 'anchor', 'ed25519', 'sign', 'never');
    expect((await node('--quick-lsign-key', fingerprint)).exitCode).toBe(0);
    expect((await node('--verify', signed)).stdout).toContain('TRUST_FULLY');
  });

  it('sees a changed text, and gives the signed one back unchanged', async () => {
    const { signer, signed, message } = await homes();
    expect((await signer('--verify', signed)).stdout).toContain('TRUST_ULTIMATE');
    const copy = `${message}.copy`;
    await signer('--output', copy, '--decrypt', signed);
    expect(await readFile(copy, 'utf8')).toBe(await readFile(message, 'utf8'));
    await writeFile(signed, (await readFile(signed, 'utf8')).replace('DATA b 2', 'DATA b 3'));
    const { stdout, exitCode } = await signer('--verify', signed);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^\[GNUPG:\] BADSIG /m);
  });

  it('verifies a detached signature', async () => {
    const { signer, message } = await homes();
    await signer('--detach-sign', '--armor', '--output', `${message}.sig`, message);
    expect((await signer('--verify', `${message}.sig`, message)).exitCode).toBe(0);
  });

  it('names an option that it does not have', async () => {
    const { signer } = await homes();
    expect(await signer('--refresh-keys')).toMatchObject({
      exitCode: 2,
      stderr: 'gpg: invalid option "--refresh-keys"\n',
    });
  });
});
