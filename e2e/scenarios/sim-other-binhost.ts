import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@binhost/testkit';
import type { HostDescription } from '../sim-portage/host-description.ts';
import { makeHost } from '../sim-portage/make-host.ts';
import { type RunningService, runService } from '../support/run-service.ts';
import { runSimulated } from '../support/run-simulated.ts';
import { waitUntil } from '../support/wait-until.ts';

/** A binhost that is not ours: a machine that keeps what it installs as binaries, and serves them as they are. */
export interface OtherBinhost {
  uri: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const server = fileURLToPath(new URL('../support/serve-directory.mjs', import.meta.url));

/** @param offers exact versions, in an order in which they can be installed */
export async function openOtherBinhost(description: HostDescription, offers: string[]): Promise<OtherBinhost> {
  const { directory } = description;
  const host = await makeHost(description);
  for (const cpv of offers) {
    const run = await runSimulated(host, 'emerge', ['--oneshot', '--buildpkg', `=${cpv}`]);
    if (run.exitCode !== 0) throw new Error(`the other binhost could not build ${cpv}:\n${run.stdout}${run.stderr}`);
  }
  const port = await freePort();
  const uri = `http://127.0.0.1:${port}`;
  let service: RunningService | undefined;
  const start = async () => {
    service = await runService({
      name: 'other binhost',
      argv: [process.execPath, server, join(directory, 'var/cache/binpkgs'), String(port)],
      cwd: directory,
      logFile: join(directory, 'server.log'),
    });
    const isThere = async () => (await fetch(`${uri}/Packages`)).ok;
    await waitUntil(isThere, { timeoutMs: 30_000, what: 'the other binhost to answer', services: [service] });
  };
  await start();
  return {
    uri,
    start,
    stop: async () => {
      await service?.stop();
      service = undefined;
    },
  };
}
