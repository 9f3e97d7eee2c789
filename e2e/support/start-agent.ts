import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SimulatedHost } from '../sim-portage/make-host.ts';
import { requestSocket } from './request-socket.ts';
import { type RunningService, runService } from './run-service.ts';
import { type Settings, settingsText } from './settings-text.ts';
import type { AgentStatusView } from './views.ts';
import { waitUntil } from './wait-until.ts';

/** One agent, everything below one directory. */
export interface RunningAgent {
  name: string;
  service: RunningService;
  configFile: string;
  statusSocket: string;
  /** What `binhost-agent status --json` shows. */
  status(): Promise<AgentStatusView>;
  stop(): Promise<void>;
}

export interface AgentOptions {
  /** The node's name. */
  name: string;
  /** Made if it is not there; its path must be short enough for sockets. */
  directory: string;
  host: SimulatedHost;
  /** On top of the defaults below. */
  settings?: Settings;
}

/** The built program, as a user starts it. */
export const agentProgram = fileURLToPath(new URL('../../packages/agent/bin/binhost-agent.js', import.meta.url));

/** Writes the node's own settings; where the coordinator is, join adds. @returns the configuration file */
export async function writeAgentSettings(options: AgentOptions): Promise<string> {
  await mkdir(options.directory, { recursive: true, mode: 0o755 });
  const configFile = agentConfigFile(options);
  await writeFile(configFile, settingsText({ ...agentSettings(options), ...options.settings }));
  return configFile;
}

const agentConfigFile = ({ directory }: Pick<AgentOptions, 'directory'>): string => join(directory, 'agent.toml');

/** Starts the agent of a node that has joined. Resolves once its status.sock answers. @throws with the log's end */
export async function startAgent(options: Pick<AgentOptions, 'name' | 'directory' | 'host'>): Promise<RunningAgent> {
  const { name, directory } = options;
  const configFile = agentConfigFile(options);
  const service = await runService({
    name: `agent ${name}`,
    argv: [process.execPath, agentProgram, 'run', '--config', configFile],
    env: options.host.env,
    cwd: directory,
    logFile: join(directory, 'agent.log'),
  });
  const statusSocket = join(directory, 'run/status.sock');
  const status = (): Promise<AgentStatusView> => requestSocket<AgentStatusView>(statusSocket, '/status');
  try {
    await waitUntil(status, { timeoutMs: 30_000, what: `the agent of ${name} to answer`, services: [service] });
  } catch (error) {
    await service.stop();
    throw error;
  }
  return {
    name,
    service,
    configFile,
    statusSocket,
    status,
    stop: async () => {
      await service.stop();
    },
  };
}

/** Seconds where the defaults are minutes. */
export function agentSettings({ name, directory, host }: Pick<AgentOptions, 'name' | 'directory' | 'host'>): Settings {
  return {
    'node.name': name,
    'paths.state': join(directory, 'state'),
    'paths.run': join(directory, 'run'),
    // A tester's own hooks must not run.
    'hooks.directory': join(directory, 'hooks.d'),
    'portage.emerge': host.programs.emerge,
    'portage.portageq': host.programs.portageq,
    'portage.gpg': host.programs.gpg,
    'portage.root': host.directory,
    'look.interval': '1h',
    'look.jitter': '0s',
    'look.retryPause': '2s',
    'look.nice': 0,
    'notices.gather': '1s',
    'notices.longest': '4s',
    'link.firstPause': '200ms',
    'link.longestPause': '2s',
    'prove.minFree': '1MiB',
  };
}
