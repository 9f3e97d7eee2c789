import { join } from 'node:path';
import { waitFor } from '@binhost/testkit';
import { binreposEntry, OTHER_ENTRY } from '../scenarios/stage.ts';
import { HostProcess } from './host-process.ts';
import { PROGRAM_DIRECTORY } from './portage-hosts.ts';
import { emergeOnHost, type PortageHost, startOnHost } from './run-on-host.ts';
import { writePortageFiles } from './write-host.ts';

/** A binhost that is not ours: a host that keeps what it installs as binaries, and serves its PKGDIR as it is. */

const PORT = 8081;

/** @param offers exact versions, in an order in which they can be installed */
export async function openOtherBinhost(host: PortageHost, offers: string[]): Promise<HostProcess> {
  for (const cpv of offers) {
    const result = await emergeOnHost(host, ['--oneshot', '--quiet', '--buildpkg', '--usepkg=n', `=${cpv}`]);
    if (result.exitCode !== 0) throw new Error(`${host.name}: could not build ${cpv}:\n${String(result.all)}`);
  }
  return startOtherBinhost(host);
}

/** Resolves once its index can be fetched. */
export async function startOtherBinhost(host: PortageHost): Promise<HostProcess> {
  const server = join(PROGRAM_DIRECTORY, 'e2e/support/serve-directory.mjs');
  const argv = ['node', server, '/var/cache/binpkgs', String(PORT)];
  const process = new HostProcess(host, 'server', argv, { user: 'root:root', extraEnv: {} });
  const probe = `fetch('http://127.0.0.1:${PORT}/Packages').then((answer) => { if (!answer.ok) throw answer; })`;
  await waitFor(async () => (await startOnHost(host, ['node', '-e', probe])).exitCode === 0, {
    timeoutMs: 30_000,
    everyMs: 500,
    what: `the index of ${host.name} to be served`,
  });
  return process;
}

export async function nameOtherBinhost(node: PortageHost, host: PortageHost): Promise<void> {
  const entry = binreposEntry('other', `http://${host.address}:${PORT}`, OTHER_ENTRY);
  await writePortageFiles(node, { 'binrepos.conf/other.conf': entry });
}
