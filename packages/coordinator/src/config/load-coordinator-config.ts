import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadConfig } from '@binhost/shared/config';
import { parse } from 'smol-toml';
import { coordinatorError } from '../coordinator-errors.ts';
import { type CoordinatorConfig, coordinatorConfig, poolConfig } from './coordinator-config.ts';

/**
 * The configuration of every coordinator process: built-in defaults < file < environment < flags.
 * The file is --config, else BINHOST_COORDINATOR_CONFIG, else /etc/binhost-coordinator/coordinator.toml where it exists.
 */
export const DEFAULT_CONFIG_FILE = '/etc/binhost-coordinator/coordinator.toml';
const ENV_PREFIX = 'BINHOST_COORDINATOR';
/** The personal token of whoever runs the commands. */
export const TOKEN_VARIABLE = `${ENV_PREFIX}_TOKEN`;
const FILE_VARIABLE = `${ENV_PREFIX}_CONFIG`;

export interface ConfigRequest {
  /** --config */
  file?: string | undefined;
  env: Record<string, string | undefined>;
  /** By dotted key, e.g. { 'log.level': 'debug' }. */
  flags?: Record<string, unknown>;
}

export interface LoadedConfig {
  config: CoordinatorConfig;
  /** postgres.url, else DATABASE_URL; undefined: the private cluster. */
  databaseUrl: string | undefined;
  /** The configuration file and the socket of a database that databaseUrl names: absolute paths that no build may see. */
  secretPaths: string[];
}

/**
 * @throws CONFIG_UNREADABLE, CONFIG_UNKNOWN_KEY, CONFIG_BAD_VALUE
 */
export function loadCoordinatorConfig({ file, env, flags = {} }: ConfigRequest): LoadedConfig {
  // The token is no setting: it goes into no object that is printed or handed on.
  const { [FILE_VARIABLE]: fileFromEnv, [TOKEN_VARIABLE]: _token, ...variables } = env;
  const fileName = file ?? (fileFromEnv || undefined) ?? DEFAULT_CONFIG_FILE;
  const mayBeMissing = file === undefined && !fileFromEnv;
  const loaded = loadConfig(coordinatorConfig, {
    file: mayBeMissing && !existsSync(fileName) ? {} : readToml(fileName),
    fileName,
    env: variables,
    envPrefix: ENV_PREFIX,
    flags,
  });
  const config = withDefaultPool(loaded);
  const databaseUrl = config.postgres.url || env['DATABASE_URL'] || undefined;
  return { config, databaseUrl, secretPaths: [resolve(fileName), ...databaseSockets(databaseUrl)] };
}

/** A socket's directory stands as `?host=/path`, or with its slashes escaped where a host would. */
function databaseSockets(databaseUrl: string | undefined): string[] {
  const hosts = [/^[^:]+:\/\/(?:[^@/]*@)?([^:/?]*)/, /[?&]host=([^&]*)/].map(
    (one) => one.exec(databaseUrl ?? '')?.[1] ?? '',
  );
  return hosts.flatMap(decoded).filter((path) => path.startsWith('/'));
}

/** Nothing where the address is not well formed: the driver says what is wrong with it. */
function decoded(text: string): string[] {
  try {
    return decodeURIComponent(text).split(',');
  } catch {
    return [];
  }
}

function readToml(fileName: string): Record<string, unknown> {
  try {
    return parse(readFileSync(fileName, 'utf8'));
  } catch (cause) {
    const why = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0];
    throw coordinatorError('CONFIG_UNREADABLE', `${fileName}: expected a readable TOML file: ${why}`, {
      hint: 'Correct the file, or name another one with --config FILE.',
      cause,
    });
  }
}

function withDefaultPool(config: CoordinatorConfig): CoordinatorConfig {
  if (config.pools['default']) return config;
  return { ...config, pools: { default: poolConfig.parse({}), ...config.pools } };
}
