import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadCoordinatorConfig } from '../../src/config/load-coordinator-config.ts';

let directory: TemporaryDirectory;
let file: string;

beforeAll(async () => {
  directory = await makeTemporaryDirectory();
  file = join(directory.path, 'coordinator.toml');
  await writeFile(file, 'pools.fast.root = "/srv/fast"\n[control]\nlisten = "127.0.0.1:1"\n');
});
afterAll(() => directory.remove());

test('the file is the one of --config, else of the environment', async () => {
  const other = join(directory.path, 'other.toml');
  await writeFile(other, '[control]\nlisten = "127.0.0.1:2"\n');
  const env = { BINHOST_COORDINATOR_CONFIG: other };
  expect(loadCoordinatorConfig({ file, env }).config.control.listen).toBe('127.0.0.1:1');
  expect(loadCoordinatorConfig({ env }).config.control.listen).toBe('127.0.0.1:2');
});

test('without a file the defaults hold, and the environment and flags over them', () => {
  const env = { BINHOST_COORDINATOR_CONTROL_LISTEN: '127.0.0.1:3' };
  const { config } = loadCoordinatorConfig({ env, flags: { 'log.level': 'debug' } });
  expect(config.control.listen).toBe('127.0.0.1:3');
  expect(config.log.level).toBe('debug');
});

test('the pool default always exists', () => {
  expect(Object.keys(loadCoordinatorConfig({ env: {} }).config.pools)).toEqual(['default']);
  const { pools } = loadCoordinatorConfig({ file, env: {} }).config;
  expect(pools['default']?.root).toBe('/');
  expect(pools['fast']?.root).toBe('/srv/fast');
});

test('postgres.url goes before DATABASE_URL; neither means the private cluster', () => {
  const env = { DATABASE_URL: 'postgres://a/b' };
  const own = { ...env, BINHOST_COORDINATOR_POSTGRES_URL: 'postgres://c/d' };
  expect(loadCoordinatorConfig({ env: {} }).databaseUrl).toBeUndefined();
  expect(loadCoordinatorConfig({ env }).databaseUrl).toBe('postgres://a/b');
  expect(loadCoordinatorConfig({ env: own }).databaseUrl).toBe('postgres://c/d');
});

describe('a file that is named', () => {
  test('and missing is an error', () => {
    const missing = join(directory.path, 'missing.toml');
    for (const request of [{ file: missing, env: {} }, { env: { BINHOST_COORDINATOR_CONFIG: missing } }]) {
      expect(() => loadCoordinatorConfig(request)).toThrow(
        expect.objectContaining({ code: 'CONFIG_UNREADABLE', message: expect.stringContaining(missing) }),
      );
    }
  });

  test('and no TOML is an error in one line', async () => {
    const broken = join(directory.path, 'broken.toml');
    await writeFile(broken, 'control = {\n');
    expect(() => loadCoordinatorConfig({ file: broken, env: {} })).toThrow(
      expect.objectContaining({ code: 'CONFIG_UNREADABLE', message: expect.not.stringContaining('\n') }),
    );
  });

  test('and holds an unknown pool setting is an error', async () => {
    const wrong = join(directory.path, 'wrong.toml');
    await writeFile(wrong, '[pools.default]\nmakeconf = ""\n');
    expect(() => loadCoordinatorConfig({ file: wrong, env: {} })).toThrow(
      expect.objectContaining({ code: 'CONFIG_UNKNOWN_KEY', hint: expect.stringContaining('makeConf') }),
    );
  });
});
