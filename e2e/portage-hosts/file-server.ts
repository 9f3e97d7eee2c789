import { join } from 'node:path';
import { waitFor } from '@binhost/testkit';
import { HostProcess } from './host-process.ts';
import { PROGRAM_DIRECTORY } from './portage-hosts.ts';
import { type PortageHost, startOnHost } from './run-on-host.ts';

/** Serves a directory of a host by plain HTTP on all its addresses; resolves once the file `probe` can be fetched. */
export async function startFileServer(
  host: PortageHost,
  directory: string,
  { port, probe }: { port: number; probe: string },
): Promise<HostProcess> {
  const server = join(PROGRAM_DIRECTORY, 'e2e/support/serve-directory.mjs');
  const argv = ['node', server, directory, String(port)];
  const process = new HostProcess(host, 'server', argv, { user: 'root:root', extraEnv: {} });
  const ask = `fetch('http://127.0.0.1:${port}/${probe}').then((answer) => { if (!answer.ok) throw answer; })`;
  await waitFor(async () => (await startOnHost(host, ['node', '-e', ask])).exitCode === 0, {
    timeoutMs: 30_000,
    everyMs: 500,
    what: `${probe} of ${host.name} to be served`,
  });
  return process;
}
