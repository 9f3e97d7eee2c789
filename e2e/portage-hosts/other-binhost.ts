import { binreposEntry, OTHER_ENTRY } from '../scenarios/stage.ts';
import { startFileServer } from './file-server.ts';
import type { HostProcess } from './host-process.ts';
import { emergeOnHost, type PortageHost } from './run-on-host.ts';
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
export function startOtherBinhost(host: PortageHost): Promise<HostProcess> {
  return startFileServer(host, '/var/cache/binpkgs', { port: PORT, probe: 'Packages' });
}

export async function nameOtherBinhost(node: PortageHost, host: PortageHost): Promise<void> {
  const entry = binreposEntry('other', `http://${host.address}:${PORT}`, OTHER_ENTRY);
  await writePortageFiles(node, { 'binrepos.conf/other.conf': entry });
}
