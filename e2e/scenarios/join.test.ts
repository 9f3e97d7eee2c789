import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJoinToken, encodeJoinToken } from '@binhost/shared/join';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeHost, type SimulatedHost } from '../sim-portage/make-host.ts';
import { createToken, runOnNode } from '../support/join-node.ts';
import { settingsText } from '../support/settings-text.ts';
import { agentProgram, agentSettings } from '../support/start-agent.ts';
import { chooseCoordinatorPorts, type RunningCoordinator, startCoordinator } from '../support/start-coordinator.ts';

/** One pasted line, with the built programs: a coordinator with TLS of its own and a node on the simulated Portage. */
const repositories = [{ name: 'main', ebuilds: [{ cpv: 'app-misc/one-1' }] }];

let base: string;
let coordinator: RunningCoordinator;
let count = 0;
let node: { name: string; directory: string; configFile: string; host: SimulatedHost };

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'binhost-join-'));
  await chmod(base, 0o755);
  const host = await makeHost({ directory: join(base, 'binhost/system'), repositories, world: [] });
  coordinator = await startCoordinator({
    directory: join(base, 'binhost'),
    host,
    ports: await chooseCoordinatorPorts(),
  });
});
afterAll(async () => {
  await coordinator?.stop();
  await rm(base, { recursive: true, force: true, maxRetries: 3 });
});
beforeEach(async () => {
  count += 1;
  const name = `node${count}`;
  const directory = join(base, name);
  const host = await makeHost({ directory: join(directory, 'system'), repositories, world: ['app-misc/one'] });
  node = { name, directory, host, configFile: join(directory, 'agent.toml') };
  await writeFile(node.configFile, settingsText(agentSettings(node)));
});

const token = (...args: string[]) => createToken(coordinator.configFile, args);
const paste = (line: string) => runOnNode(node, line);
const leave = (...args: string[]) => runOnNode(node, ['binhost-agent leave', ...args].join(' '));
const at = (path: string) => join(node.directory, path);

/** Every file, directory and link below the node, with its bytes' digest; what Portage itself caches does not count. */
async function digests(): Promise<Record<string, string>> {
  const entries = await readdir(node.directory, { recursive: true, withFileTypes: true });
  const rows = entries.map(async (entry): Promise<[string, string]> => {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(node.directory.length + 1);
    if (entry.isSymbolicLink()) return [name, await readlink(path)];
    if (entry.isDirectory()) return [name, 'directory'];
    return [
      name,
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    ];
  });
  return Object.fromEntries((await Promise.all(rows)).filter(([name]) => !name.startsWith('system/var')));
}

test('one line makes a node that proves that it can use the pool, and leave takes every byte back', async () => {
  const before = await digests();
  const joined = await paste(`${await token()} --yes`);
  expect(joined).toMatchObject({ exitCode: 0, stderr: '' });
  expect(joined.stdout).toContain('proven Portage looks at ');
  expect(joined.stdout).toContain('proven a signed package of the binhost was fetched and verified\n');
  expect(Object.keys(await digests()).filter((name) => !(name in before))).toEqual(
    expect.arrayContaining([
      'state/identity.pem',
      'system/etc/portage/binrepos.conf/binhost.conf',
      'system/etc/portage/postsync.d/binhost-agent',
    ]),
  );
  const left = await leave('--yes');
  expect(left).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await digests()).toEqual(before);
});

test('a dry run of join and of leave changes nothing, and uses no token up', async () => {
  const line = await token();
  const before = await digests();
  const dry = await paste(`${line} --dry-run`);
  expect(dry).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('+ sync-uri = ') });
  expect(await digests()).toEqual(before);
  await paste(`${line} --yes`);
  const joined = await digests();
  expect(await leave('--dry-run')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('- sync-uri = ') });
  expect(await digests()).toEqual(joined);
});

test('the same line a second time keeps everything as it is', async () => {
  const line = `${await token('--name', `named-${node.name}`)} --yes`;
  await paste(line);
  const first = await digests();
  const again = await paste(line);
  expect(again).toMatchObject({ exitCode: 0 });
  expect(again.stdout).not.toMatch(/^(?:change|done|make)/m);
  expect(await digests()).toEqual(first);
});

test('settings, entries and keys that were there stay, and are there after leave', async () => {
  const own = `# my own\n[coordinator]\n# where\nurl = "ws://127.0.0.1:1" # old\n\n${'[log]\nlevel = "warn"\n'}`;
  await writeFile(node.configFile, `${settingsText(agentSettings(node))}\n${own}`);
  const repository = at('system/etc/portage/binrepos.conf/binhost.conf');
  await writeFile(
    repository,
    '[official]\npriority = 9999\nsync-uri = http://127.0.0.1:1/official\n\n[binhost]\nsync-uri = x\n',
  );
  const before = await digests();
  expect(await paste(`${await token()} --yes`)).toMatchObject({ exitCode: 0 });
  expect(await readFile(node.configFile, 'utf8')).toContain('# my own\n[coordinator]\n# where\n');
  expect(await readFile(repository, 'utf8')).toMatch(
    /^\[official\]\npriority = 9999\n[\s\S]*\[binhost\]\npriority = 10000\n/,
  );
  await leave('--yes');
  expect(await digests()).toEqual(before);
});

test('what was changed after the join is kept by leave', async () => {
  await paste(`${await token()} --yes`);
  await writeFile(node.configFile, `${await readFile(node.configFile, 'utf8')}\n[log]\nlevel = "warn"\n`);
  await leave('--yes');
  const text = await readFile(node.configFile, 'utf8');
  expect(text).toContain('[log]\nlevel = "warn"\n');
  expect(text).not.toContain('url =');
});

test('a join that is killed half-way goes on by the same line, and leave still knows what was there', async () => {
  const before = await digests();
  const line = `${await token()} --yes`;
  const words = [...line.split(' ').slice(1), '--config', node.configFile];
  const child = execa(process.execPath, [agentProgram, ...words], { env: node.host.env, reject: false, buffer: false });
  for await (const chunk of child.stdout) if (String(chunk).includes('done   ')) child.kill('SIGKILL');
  expect((await child).signal).toBe('SIGKILL');
  expect(await paste(line)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('keep   the identity') });
  await leave('--yes');
  expect(await digests()).toEqual(before);
});

test('a server with another authority than the token names gets not a single byte of a request', async () => {
  const line = await token();
  const { address, ...rest } = decodeJoinToken(line.split(' ')[2] ?? '');
  const wrong = encodeJoinToken({ ...rest, address, pin: `sha256:${'A'.repeat(43)}` });
  const before = await digests();
  const refused = await paste(`binhost-agent join ${wrong} --yes`);
  expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('nothing was sent to it') });
  expect(refused.stderr).toContain(`expected a certificate by the authority sha256:${'A'.repeat(43)}, got sha256:`);
  expect(await digests()).toEqual(before);
  // The token is as good as before: its secret went nowhere.
  expect(await paste(`${line} --yes`)).toMatchObject({ exitCode: 0 });
});

test('a mangled, a used and a revoked token each say what to do, and change nothing', async () => {
  const before = await digests();
  const line = await token();
  const mangled = await paste(`${line.slice(0, -1)} --yes`);
  expect(mangled).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('Copy the whole line again') });
  const other = node;
  await paste(`${line} --yes`);
  await leave('--yes');
  const replayed = await paste(`${line} --yes`);
  expect(replayed).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('it was used already') });
  expect(replayed.stderr).toContain('token create');
  expect(other).toBe(node);
  expect(await digests()).toEqual(before);
});

test('where nobody can be asked, nothing is done without --yes', async () => {
  const before = await digests();
  const asked = await paste(await token());
  expect(asked).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('Add --yes') });
  expect(await digests()).toEqual(before);
});

test('an address that nobody answers is said in one sentence', async () => {
  const server = createServer((socket: Socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const parts = decodeJoinToken((await token()).split(' ')[2] ?? '');
  const elsewhere = encodeJoinToken({ ...parts, address: `wss://127.0.0.1:${port}` });
  const failed = await paste(`binhost-agent join ${elsewhere} --yes`);
  server.close();
  expect(failed).toMatchObject({ exitCode: 1, stdout: '' });
  expect(failed.stderr).toMatch(/^binhost-agent: wss:.*expected the coordinator to answer/);
});
