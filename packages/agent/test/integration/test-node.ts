import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@binhost/shared/time';
import { type CapturedLog, captureLog, makeTemporaryDirectory } from '@binhost/testkit';
import { Agent } from '../../src/agent.ts';
import { askAgent, streamFromAgent } from '../../src/cli/agent-client.ts';
import type { AgentConfig } from '../../src/config/agent-config.ts';
import { loadAgentConfig } from '../../src/config/load-agent-config.ts';
import type { AgentStatus } from '../../src/status/agent-status.ts';

/** A node made small: a directory with fake programs of Portage, and the real agent beside it. */
export interface TestNode {
  directory: string;
  config: AgentConfig;
  log: CapturedLog;
  /** Writes a file of the node, such as `stdout` (what emerge prints) or `root/etc/portage/…`. */
  write(name: string, content: string | Buffer): Promise<void>;
  /** The arguments of every call of emerge. */
  emergeCalls(): Promise<{ args: string[]; hidden?: string; locale?: string }[]>;
  /** Starts the agent (again). */
  start(): Promise<void>;
  /** Resolves when it has ended. */
  stop(): Promise<void>;
  status(): Promise<AgentStatus>;
  ask(): Promise<unknown>;
  /** The log of a build, as `binhost-agent log` gets it. */
  askLog(atom: string): Promise<string>;
  remove(): Promise<void>;
}

const FIXTURES = fileURLToPath(new URL('../fixtures', import.meta.url));

/** @param settings variables of the agent's configuration, without the prefix BINHOST_AGENT_ */
export async function makeTestNode(settings: Record<string, string> = {}): Promise<TestNode> {
  const temporary = await makeTemporaryDirectory();
  const directory = temporary.path;
  const log = captureLog();
  const config = loadAgentConfig({ env: environmentOf(directory, settings) });
  let stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const node: TestNode = {
    directory,
    config,
    log,
    write: async (name, content) => {
      await mkdir(dirname(join(directory, name)), { recursive: true });
      await writeFile(join(directory, name), content);
    },
    emergeCalls: async () => {
      const text = await readFile(join(directory, 'calls'), 'utf8').catch(() => '');
      return text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    },
    start: async () => {
      stopping = new AbortController();
      const { signal } = stopping;
      const agent = new Agent({
        config,
        version: '0.1.0',
        clock: systemClock,
        random: Math.random,
        log: log.log,
        signal,
      });
      await new Promise<void>((resolve, reject) => {
        running = agent.run(resolve);
        running.catch(reject);
      });
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
    status: async () => (await askAgent(join(config.paths.run, 'status.sock'), 'GET', '/status')) as AgentStatus,
    ask: () => askAgent(join(config.paths.run, 'control.sock'), 'POST', '/look'),
    askLog: async (atom) => {
      const parts: string[] = [];
      const to = { print: (text: string) => void parts.push(text), signal: new AbortController().signal };
      await streamFromAgent(join(config.paths.run, 'status.sock'), `/log?atom=${encodeURIComponent(atom)}`, to);
      return parts.join('');
    },
    remove: async () => {
      await node.stop();
      await temporary.remove();
    },
  };
  await node.write('stdout', LIST);
  await node.write(
    'root/etc/portage/binrepos.conf/ours.conf',
    '[ours]\nsync-uri = http://127.0.0.1:1/packages/default\n',
  );
  return node;
}

/** The configuration that points an agent at the fake programs of a directory. */
export function environmentOf(directory: string, settings: Record<string, string> = {}): Record<string, string> {
  const program = (name: string): string => `${process.execPath} ${join(FIXTURES, name)} ${directory}`;
  const all = {
    NODE_NAME: 'node1',
    PATHS_STATE: join(directory, 'state'),
    PATHS_RUN: join(directory, 'run'),
    PORTAGE_EMERGE: program('fake-emerge.mjs'),
    PORTAGE_PORTAGEQ: program('fake-portageq.mjs'),
    PORTAGE_GPG: program('fake-gpg.mjs'),
    PORTAGE_ROOT: join(directory, 'root'),
    NOTICES_GATHER: '50ms',
    LINK_FIRST_PAUSE: '20ms',
    LINK_LONGEST_PAUSE: '100ms',
    PROVE_MIN_FREE: '0',
    HOOKS_DIRECTORY: join(directory, 'hooks.d'),
    ...settings,
  };
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [`BINHOST_AGENT_${name}`, value]));
}

/** What emerge prints: one package to compile, one as a binary. */
export const LIST = `
These are the packages that would be merged, in order:

Calculating dependencies ... done!

[ebuild  N     ] mail-mta/postfix-3.8::gentoo  USE="ssl" 0 KiB
[binary  N g   ] sys-fs/fuse-2.6.1-1::gentoo  USE="-static" 20 KiB

Total: 2 packages (2 new, 1 binary), Size of downloads: 20 KiB
`;
