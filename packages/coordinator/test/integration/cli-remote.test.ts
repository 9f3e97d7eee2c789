import { chmod, copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pinOf } from '@binhost/shared/trust';
import { makeTemporaryDirectory, makeTestCa, type TemporaryDirectory } from '@binhost/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditView } from '../../src/access/audit-store.ts';
import { buildProgram, type Program } from './build-program.ts';
import { startCoordinator, type TestCoordinator } from './start-coordinator.ts';

/** The commands on another machine than the binhost: a personal token, over TLS, verified by the coordinator's own CA. */
let program: Program;
let coordinator: TestCoordinator;
let directory: TemporaryDirectory;
let token: string;
let ca: string;
const file = (name: string) => join(directory.path, name);
const onBinhost = (...args: string[]) =>
  program.run(args, { BINHOST_COORDINATOR_PATHS_RUN: coordinator.config.paths.run });
const PREFIX = 'BINHOST_COORDINATOR_CLIENT_';

/** Runs a command elsewhere: nothing of the binhost's files is known to it. */
function elsewhere(args: string[], settings: Record<string, string> = {}) {
  return program.run(args, {
    BINHOST_COORDINATOR_PATHS_RUN: file('none'),
    [`${PREFIX}URL`]: `https://${coordinator.control}`,
    [`${PREFIX}CA`]: file('ca.pem'),
    [`${PREFIX}TOKEN_FILE`]: file('token'),
    ...settings,
  });
}

beforeAll(async () => {
  [program, coordinator, directory] = await Promise.all([
    buildProgram(),
    startCoordinator({ tls: 'auto' }),
    makeTemporaryDirectory(),
  ]);
  const made = join(coordinator.config.paths.state, 'tls/ca.pem');
  await copyFile(made, file('ca.pem'));
  ca = await readFile(made, 'utf8');
  const created = await onBinhost('token', 'create', '--role', 'operator', '--name', 'anna');
  expect(created).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^bho_[\w-]{43}$/) });
  expect(created.stderr).toContain('shown once');
  token = created.stdout;
  await writeFile(file('token'), `${token}\n`, { mode: 0o600 });
});
afterAll(async () => {
  await coordinator.stop();
  await program.remove();
  await directory.remove();
});

test('a command asks over TLS with the token of a file, and does what its role may', async () => {
  expect(JSON.parse((await elsewhere(['status', '--json'])).stdout)).toMatchObject({ version: '0.1.0' });
  const set = await elsewhere(['policy', 'set', 'package', 'dev-libs/libfoo', 'ask']);
  expect(set).toMatchObject({ exitCode: 0, stderr: '' });
  const refused = await elsewhere(['token', 'list']);
  expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
  expect(refused.stderr).toMatch(/expected the role (operator|admin) for this, got operator/);
});

test('the token of the environment goes before that of the file; --url before client.url', async () => {
  const settings = { BINHOST_COORDINATOR_TOKEN: 'bho_wrong', [`${PREFIX}URL`]: 'https://127.0.0.1:1' };
  const { exitCode, stderr } = await elsewhere(['nodes', '--url', `https://${coordinator.control}`], settings);
  expect(exitCode).toBe(1);
  expect(stderr).toContain('expected a personal token that is valid');
  expect(stderr).not.toContain('bho_wrong');
});

describe('a coordinator that is not ours', () => {
  test('with another CA than that of client.ca is refused before the token is sent', async () => {
    await writeFile(file('other.pem'), (await makeTestCa()).pem);
    const { exitCode, stderr } = await elsewhere(['status'], { [`${PREFIX}CA`]: file('other.pem') });
    expect(exitCode).toBe(3);
    expect(stderr).toContain('no coordinator that may be trusted');
  });

  test('is known by the pin alone, and refused with both pins where another is expected', async () => {
    const byPin = (pin: string) => elsewhere(['status', '--json'], { [`${PREFIX}CA`]: '', [`${PREFIX}PIN`]: pin });
    expect((await byPin(pinOf(ca))).exitCode).toBe(0);
    const wrong = `sha256:${'A'.repeat(43)}`;
    const { exitCode, stderr } = await byPin(wrong);
    expect(exitCode).toBe(3);
    expect(stderr).toContain(wrong);
    expect(stderr).toContain(pinOf(ca));
    expect((await byPin('sha256:short')).exitCode).toBe(2);
  });

  test('without client.ca and client.pin is held against the list of the system', async () => {
    expect((await elsewhere(['status'], { [`${PREFIX}CA`]: '' })).exitCode).toBe(3);
  });
});

test.each(['http://binhost.example:8443', 'ftp://binhost', 'https://user:word@binhost', 'binhost'])(
  'client.url %s is refused: a token must not go in clear',
  async (url) => {
    const { exitCode, stderr } = await elsewhere(['status'], { [`${PREFIX}URL`]: url });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('client.url');
    expect(stderr).not.toContain('word');
  },
);

test('a token file that others may read is refused with its mode and what to do', async () => {
  await chmod(file('token'), 0o644);
  const { exitCode, stderr } = await elsewhere(['status']);
  await chmod(file('token'), 0o600);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('mode 0644');
  expect(stderr).toContain('chmod 600');
});

test('no option takes a token: everybody on a machine can read arguments', async () => {
  expect((await elsewhere(['status', '--token', token])).exitCode).toBe(2);
  expect((await program.run(['--help'])).stdout).not.toMatch(/--token/);
});

test('the audit log says who did it, from which door, and holds no token', async () => {
  const { stdout } = await onBinhost('status', '--audit', '--json');
  const entries = JSON.parse(stdout) as AuditView[];
  expect(entries.find(({ deed }) => deed === 'set a policy')).toMatchObject({ who: 'token anna', result: 'done' });
  expect(entries.find(({ deed }) => deed === 'create a personal token')).toMatchObject({
    who: 'local-admin',
    about: 'name="anna" role="operator"',
  });
  expect(stdout).not.toContain(token);
  expect((await onBinhost('status', '--audit')).stdout).toMatch(/local-admin +local +create a personal token/);
});

test('a role is changed and a token revoked by name, and nothing opens any more', async () => {
  expect((await onBinhost('token', 'role', 'anna', 'viewer')).stdout).toBe('the token of anna has the role viewer');
  expect((await elsewhere(['policy', 'set', 'pool', 'default', 'ask'])).stderr).toContain('got viewer');
  expect((await onBinhost('token', 'revoke', 'anna')).stdout).toBe('the token of anna is revoked');
  expect((await elsewhere(['status'])).exitCode).toBe(1);
  const list = (await onBinhost('token', 'list', '--json')).stdout;
  expect(JSON.parse(list)).toMatchObject([{ kind: 'personal', name: 'anna', role: 'viewer' }]);
  expect(list).not.toContain(token);
  expect(JSON.stringify(coordinator.log.lines)).not.toContain(token);
});
