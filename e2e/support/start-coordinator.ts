import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@binhost/testkit';
import type { SimulatedHost } from '../sim-portage/make-host.ts';
import { requestSocket } from './request-socket.ts';
import { type RunningService, runService } from './run-service.ts';
import { type Settings, settingsText } from './settings-text.ts';
import { waitUntil } from './wait-until.ts';

/** A coordinator with builder and publisher (`serve --all`), everything below one directory, on free ports of 127.0.0.1. */
export interface RunningCoordinator {
  service: RunningService;
  configFile: string;
  /** Address of the pool `default`, for binrepos.conf. */
  poolUrl: string;
  /** Of the control listener: `wss://HOST:PORT`. */
  controlUrl: string;
  /** The CA that it made at its first start. */
  controlCa: string;
  viewSocket: string;
  /** GET on view.sock. */
  view<T>(path: string): Promise<T>;
  stop(): Promise<void>;
}

export interface CoordinatorOptions {
  /** Made if it is not there; its path must be short enough for sockets. */
  directory: string;
  /** The binhost: its emerge builds, its ebuilds count. */
  host: SimulatedHost;
  ports: CoordinatorPorts;
  /** On top of the defaults below. */
  settings?: Settings;
}

export interface CoordinatorPorts {
  packages: number;
  control: number;
}

/** Chosen before the coordinator starts, since the nodes' binrepos.conf names one of them. */
export async function chooseCoordinatorPorts(): Promise<CoordinatorPorts> {
  return { packages: await freePort(), control: await freePort() };
}

export const poolUrl = ({ packages }: CoordinatorPorts): string => `http://127.0.0.1:${packages}/packages/default`;

/** The built program, as a user starts it. */
export const coordinatorProgram = programPath('coordinator');

function programPath(name: string): string {
  return fileURLToPath(new URL(`../../packages/${name}/bin/binhost-${name}.js`, import.meta.url));
}

/** Resolves once view.sock answers and the packages listener has the public key and the first index. @throws with the log's end */
export async function startCoordinator(options: CoordinatorOptions): Promise<RunningCoordinator> {
  const { directory, ports } = options;
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const configFile = join(directory, 'coordinator.toml');
  await writeFile(configFile, settingsText({ ...coordinatorSettings(options), ...options.settings }));
  const service = await runService({
    name: 'coordinator',
    argv: [process.execPath, coordinatorProgram, 'serve', '--all', '--config', configFile],
    env: options.host.env,
    cwd: directory,
    logFile: join(directory, 'coordinator.log'),
  });
  const viewSocket = join(directory, 'run/view.sock');
  const view = <T>(path: string): Promise<T> => requestSocket<T>(viewSocket, path);
  const what = 'the coordinator to answer, and to have its signing key and its first index';
  try {
    await waitUntil(
      async () => (await view('/api/status')) && (await serves(poolUrl(ports), ['key.asc', 'Packages'])),
      {
        timeoutMs: 60_000,
        what,
        services: [service],
      },
    );
  } catch (error) {
    await service.stop();
    throw error;
  }
  return {
    service,
    configFile,
    poolUrl: poolUrl(ports),
    controlUrl: `wss://127.0.0.1:${ports.control}`,
    controlCa: join(directory, 'state/tls/ca.pem'),
    viewSocket,
    view,
    stop: async () => {
      await service.stop();
    },
  };
}

async function serves(url: string, files: readonly string[]): Promise<boolean> {
  for (const file of files) {
    const response = await fetch(`${url}/${file}`);
    await response.arrayBuffer();
    if (!response.ok) return false;
  }
  return true;
}

/** Everything that would otherwise lie under /var and /run, and pauses of seconds instead of minutes. */
function coordinatorSettings({ directory, host, ports }: CoordinatorOptions): Settings {
  const place = (name: string): string => join(directory, name);
  return {
    'paths.state': place('state'),
    'paths.packages': place('packages'),
    'paths.logs': place('logs'),
    'paths.run': place('run'),
    'packages.listen': `127.0.0.1:${ports.packages}`,
    'packages.url': `http://127.0.0.1:${ports.packages}`,
    'control.listen': `127.0.0.1:${ports.control}`,
    'control.url': `wss://127.0.0.1:${ports.control}`,
    'portage.emerge': host.programs.emerge,
    'portage.portageq': host.programs.portageq,
    'portage.gpkgSign': host.programs['gpkg-sign'],
    'portage.gpg': host.programs.gpg,
    'portage.root': host.directory,
    'build.mode': 'host',
    'build.workDir': place('work'),
    'build.jobs': 2,
    'build.retryPause': '2s',
    'plan.interval': '2s',
    'publish.poll': '2s',
    'notify.gather': '200ms',
  };
}
