import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Fleet } from '../scenarios/fleet.ts';
import { startFileServer } from './file-server.ts';
import type { HostProcess } from './host-process.ts';
import type { PortageHost } from './run-on-host.ts';

const DIRECTORY = '/var/lib/test-sources';

/** The source of an ebuild of `main` is served from now on, at the port that its address names. */
export async function serveSource(host: PortageHost, fleet: Fleet, cpv: string): Promise<HostProcess> {
  const ebuild = fleet.repositories['main']?.find((each) => each.cpv === cpv);
  if (ebuild?.srcUri === undefined || ebuild.source === undefined) throw new Error(`expected ${cpv} to have a source`);
  const { port, pathname } = new URL(ebuild.srcUri);
  await mkdir(join(host.root, DIRECTORY), { recursive: true });
  await writeFile(join(host.root, DIRECTORY, basename(pathname)), ebuild.source);
  return startFileServer(host, DIRECTORY, { port: Number(port), probe: basename(pathname) });
}
