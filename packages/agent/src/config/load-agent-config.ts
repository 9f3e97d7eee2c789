import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@binhost/shared/config';
import { sharedError } from '@binhost/shared/errors';
import { nodeNameValue } from '@binhost/shared/protocol';
import { parse } from 'smol-toml';
import { agentError } from '../agent-errors.ts';
import { type AgentConfig, agentConfig } from './agent-config.ts';

/**
 * The configuration of the agent: built-in defaults < file < environment < flags.
 * The file is --config, else BINHOST_AGENT_CONFIG, else /etc/binhost-agent/agent.toml where it exists.
 */
export const DEFAULT_CONFIG_FILE = '/etc/binhost-agent/agent.toml';
const ENV_PREFIX = 'BINHOST_AGENT';
const FILE_VARIABLE = `${ENV_PREFIX}_CONFIG`;

export interface ConfigRequest {
  /** --config */
  file?: string | undefined;
  env?: Record<string, string | undefined>;
  /** By dotted key, e.g. { 'log.level': 'debug' }. */
  flags?: Record<string, unknown>;
  /** True: a file that was named and does not exist is as good as an empty one. */
  mayBeMissing?: boolean;
}

/**
 * @returns frozen, with `node.name` and `portage.gnupgHome` filled in
 * @throws CONFIG_UNREADABLE, CONFIG_UNKNOWN_KEY, CONFIG_BAD_VALUE
 */
export function loadAgentConfig(request: ConfigRequest): AgentConfig {
  const { file, env = process.env, flags = {} } = request;
  const { [FILE_VARIABLE]: fileFromEnv, ...variables } = env;
  const fileName = configFileOf({ file, env });
  const mayBeMissing = request.mayBeMissing || (file === undefined && !fileFromEnv);
  const config = loadConfig(agentConfig, {
    file: mayBeMissing && !existsSync(fileName) ? {} : readToml(fileName),
    fileName,
    env: variables,
    envPrefix: ENV_PREFIX,
    flags,
  });
  return filledIn(config);
}

/** The file that is read. */
export function configFileOf({ file, env = process.env }: Pick<ConfigRequest, 'file' | 'env'>): string {
  return file ?? (env[FILE_VARIABLE] || undefined) ?? DEFAULT_CONFIG_FILE;
}

function readToml(fileName: string): Record<string, unknown> {
  try {
    return parse(readFileSync(fileName, 'utf8'));
  } catch (cause) {
    const why = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0];
    throw agentError('CONFIG_UNREADABLE', `${fileName}: expected a readable TOML file: ${why}`, {
      hint: 'Correct the file, or name another one with --config FILE.',
      cause,
    });
  }
}

function filledIn(config: AgentConfig): AgentConfig {
  const name = config.node.name || hostname().toLowerCase();
  if (!nodeNameValue.safeParse(name).success) {
    throw sharedError(
      'CONFIG_BAD_VALUE',
      `node.name: expected letters, digits, dots and hyphens in lower case, at most 63, got '${name}'`,
      { hint: 'Set node.name in the configuration.' },
    );
  }
  const gnupgHome = config.portage.gnupgHome || join(config.portage.root, 'etc/portage/gnupg');
  return { ...config, node: { name }, portage: { ...config.portage, gnupgHome } };
}
