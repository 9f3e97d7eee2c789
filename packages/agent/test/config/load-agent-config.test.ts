import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadAgentConfig } from '../../src/config/load-agent-config.ts';

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await makeTemporaryDirectory();
});
afterEach(() => directory.remove());

function file(name: string, text: string): string {
  const path = join(directory.path, name);
  writeFileSync(path, text);
  return path;
}

test('without a file the defaults hold, and the keyring is that of portage.root', () => {
  const config = loadAgentConfig({ env: { BINHOST_AGENT_NODE_NAME: 'node1', BINHOST_AGENT_PORTAGE_ROOT: '/hosts/a' } });
  expect(config.look.timeLimit).toBe(1_800_000);
  expect(config.notices).toEqual({ gather: 120_000, longest: 900_000 });
  expect(config.portage).toMatchObject({ emerge: ['emerge'], gnupgHome: '/hosts/a/etc/portage/gnupg' });
});

test('the environment wins over the file', () => {
  const path = file('agent.toml', '[node]\nname = "from-file"\n[look]\nnice = 3\n');
  const config = loadAgentConfig({ file: path, env: { BINHOST_AGENT_NODE_NAME: 'from-env' } });
  expect([config.node.name, config.look.nice]).toEqual(['from-env', 3]);
});

test('BINHOST_AGENT_CONFIG names the file', () => {
  const path = file('other.toml', '[node]\nname = "other"\n');
  expect(loadAgentConfig({ env: { BINHOST_AGENT_CONFIG: path } }).node.name).toBe('other');
});

test.each([
  ['an unknown key', { BINHOST_AGENT_LOOK_NICENESS: '3' }, 'CONFIG_UNKNOWN_KEY'],
  ['a url that is none', { BINHOST_AGENT_COORDINATOR_URL: 'binhost:8443' }, 'CONFIG_BAD_VALUE'],
  ['a url of another kind', { BINHOST_AGENT_COORDINATOR_URL: 'http://binhost:8443' }, 'CONFIG_BAD_VALUE'],
  ['a duration that is none', { BINHOST_AGENT_LOOK_INTERVAL: 'soon' }, 'CONFIG_BAD_VALUE'],
  ['a node name that is none', { BINHOST_AGENT_NODE_NAME: 'My Node' }, 'CONFIG_BAD_VALUE'],
  ['a file that is not there', { BINHOST_AGENT_CONFIG: '/nowhere/agent.toml' }, 'CONFIG_UNREADABLE'],
])('%s is an error with its code', (_what, env, code) => {
  const load = () => loadAgentConfig({ env: { BINHOST_AGENT_NODE_NAME: 'a', ...env } });
  expect(load).toThrowError(expect.objectContaining({ code }));
});

test('a file that is no TOML is an error that names it', () => {
  expect(() => loadAgentConfig({ file: file('agent.toml', 'node =\n'), env: {} })).toThrowError(
    /agent\.toml: expected a readable TOML/,
  );
});
