import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJoinToken } from '@binhost/shared/join';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeHost, type SimulatedHost } from '../sim-portage/make-host.ts';
import { createToken, runOnNode } from '../support/join-node.ts';
import { type RunningService, runService } from '../support/run-service.ts';
import { settingsText } from '../support/settings-text.ts';
import { agentProgram, agentSettings } from '../support/start-agent.ts';
import {
  chooseCoordinatorPorts,
  coordinatorProgram,
  type RunningCoordinator,
  startCoordinator,
} from '../support/start-coordinator.ts';
import { waitUntil } from '../support/wait-until.ts';
import { type SeenProcess, watchProcesses } from '../support/watch-processes.ts';

/**
 * One whole way with the built programs: a node joins by a token, looks, a package is built, signed and published, the node
 * proves it, and every command is asked for its JSON. Then each log, each process that ran meanwhile and each answer is
 * searched for each secret that there was.
 */
const repositories = [{ name: 'main', ebuilds: [{ cpv: 'app-misc/one-1' }] }];
const DATABASE_PASSWORD = 'planted-database-password-91c4';

/** What `--json` is asked of, once everything is there. */
const COORDINATOR_COMMANDS = [
  ['status'],
  ['status', '--audit'],
  ['nodes'],
  ['nodes', 'node1'],
  ['demand'],
  ['builds'],
  ['builds', '1'],
  ['why', 'app-misc/one'],
  ['policy', 'list'],
  ['key', 'show'],
  ['gc', '--dry-run'],
  ['token', 'list'],
  ['node', 'list'],
  ['node', 'show', 'node1'],
  ['sync'],
  ['retry', '1'],
];
const AGENT_COMMANDS = [['status'], ['report'], ['wait', '--timeout', '10s'], ['why', 'app-misc/one']];

let base: string;
let coordinator: RunningCoordinator;
let agent: RunningService;
let processes: SeenProcess[];
/** Name → text that must be nowhere. */
const secrets = new Map<string, string>();
/** Command → what it printed. */
const answers = new Map<string, string>();

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'binhost-secrets-'));
  await chmod(base, 0o755);
  const watch = watchProcesses(base);
  await runEverything();
  processes = await watch.stop();
});
afterAll(async () => {
  await agent?.stop();
  await coordinator?.stop();
  await rm(base, { recursive: true, force: true, maxRetries: 3 });
});

async function runEverything(): Promise<void> {
  const host = await makeHost({ directory: join(base, 'binhost/system'), repositories, world: [] });
  const env = { ...host.env, PGPASSWORD: DATABASE_PASSWORD };
  const ports = await chooseCoordinatorPorts();
  coordinator = await startCoordinator({ directory: join(base, 'binhost'), host: { ...host, env }, ports });
  const node = await joinNode();
  agent = await runService({
    name: 'agent node1',
    argv: [process.execPath, agentProgram, 'run', '--config', node.configFile],
    env: node.host.env,
    cwd: node.directory,
    logFile: join(node.directory, 'agent.log'),
  });
  await waitUntil(
    async () => (await coordinator.view<{ wishes: { ready: number } }>('/api/status')).wishes.ready === 1,
    {
      timeoutMs: 120_000,
      what: 'the package to be ready on the node',
      services: [coordinator.service, agent],
    },
  );
  await askAll(node.configFile);
  await collectPrivateKeys(node.directory);
}

async function joinNode(): Promise<{ directory: string; configFile: string; host: SimulatedHost }> {
  const directory = join(base, 'node1');
  const host = await makeHost({ directory: join(directory, 'system'), repositories, world: ['app-misc/one'] });
  const node = { name: 'node1', directory, host, configFile: join(directory, 'agent.toml') };
  await writeFile(node.configFile, settingsText(agentSettings(node)));
  const line = await createToken(coordinator.configFile, ['--name', 'node1']);
  const token = line.split(' ')[2] ?? '';
  secrets.set('the join token', token);
  secrets.set("the join token's secret", decodeJoinToken(token).secret);
  const joined = await runOnNode(node, `${line} --yes`);
  expect(joined).toMatchObject({ exitCode: 0 });
  answers.set('binhost-agent join', joined.stdout + joined.stderr);
  return node;
}

/** All commands that print data, on both sides and from elsewhere with a personal token, and a server that refuses a password. */
async function askAll(agentConfig: string): Promise<void> {
  const made = await run(coordinatorProgram, ['token', 'create', '--role', 'admin', '--name', 'ada', '--json']);
  const personal = /bho_[\w-]+/.exec(made)?.[0] ?? '';
  secrets.set('the personal token', personal);
  const tokenFile = join(base, 'personal.token');
  await writeFile(tokenFile, personal, { mode: 0o600 });
  const { controlUrl, controlCa, configFile } = coordinator;
  const elsewhere = join(base, 'elsewhere.toml');
  await writeFile(
    elsewhere,
    settingsText({
      'client.url': controlUrl.replace('wss:', 'https:'),
      'client.tokenFile': tokenFile,
      'client.ca': controlCa,
    }),
  );
  for (const command of COORDINATOR_COMMANDS) await ask(coordinatorProgram, [...command, '--config', configFile]);
  await ask(coordinatorProgram, ['nodes', '--config', elsewhere]);
  for (const command of AGENT_COMMANDS) await ask(agentProgram, [...command, '--config', agentConfig]);
  secrets.set('the password of the database', DATABASE_PASSWORD);
  const lost = join(base, 'lost');
  await writeFile(join(base, 'lost.toml'), settingsText({ 'paths.state': lost, 'postgres.startTimeout': '1s' }));
  const refused = await run(coordinatorProgram, ['serve', '--config', join(base, 'lost.toml')], {
    DATABASE_URL: `postgres://binhost:${DATABASE_PASSWORD}@127.0.0.1:1/binhost`,
  });
  expect(refused).toContain('127.0.0.1');
  answers.set('binhost-coordinator serve without its database', refused);
}

async function ask(program: string, argv: string[]): Promise<void> {
  answers.set(argv.join(' '), await run(program, [...argv, '--json']));
}

async function run(program: string, argv: string[], env: Record<string, string> = {}): Promise<string> {
  const config = argv.includes('--config') ? [] : ['--config', coordinator.configFile];
  const { all } = await execa(process.execPath, [program, ...argv, ...config], {
    reject: false,
    all: true,
    stdin: 'ignore',
    env,
    timeout: 60_000,
  });
  return all;
}

/** Of TLS, of the node, and of the pool: each line of a PEM file, and the bytes within. */
async function collectPrivateKeys(node: string): Promise<void> {
  const tls = join(base, 'binhost/state/tls');
  for (const file of [join(tls, 'ca-key.pem'), join(tls, 'leaf-key.pem'), join(node, 'state/identity.pem')]) {
    const pem = await readFile(file, 'utf8');
    expect(pem).toContain('PRIVATE KEY');
    const lines = pem.split('\n').filter((line) => line.length > 20 && !line.startsWith('-----'));
    for (const [number, line] of lines.entries()) secrets.set(`line ${number + 1} of ${file}`, line);
    const bytes = Buffer.from(lines.join(''), 'base64').subarray(-32);
    for (const form of ['base64', 'base64url', 'hex'] as const) secrets.set(`${file} as ${form}`, bytes.toString(form));
  }
  const rings = await filesBelow(join(base, 'binhost/state/gnupg'));
  const keys = [...rings.values()].flatMap((text) => [...text.matchAll(/"secretKey": ?"([^"]+)"/g)]);
  expect(keys).not.toEqual([]);
  for (const [number, [, key = '']] of keys.entries()) secrets.set(`signing key ${number}`, key);
}

async function filesBelow(directory: string): Promise<Map<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path, 'utf8')] as const)));
}

/** `where: which secret` of each that is found. */
function found(texts: Iterable<readonly [where: string, text: string]>): string[] {
  return [...texts].flatMap(([where, text]) =>
    [...secrets].filter(([, secret]) => text.includes(secret)).map(([name]) => `${where}: ${name}`),
  );
}

/** The one command that is given a secret as its argument, by a person. */
const isJoin = ({ argv }: SeenProcess): boolean => argv.includes('binhost-agent.js join ');
/** Our own programs that were given the password of the database by their owner. */
const isGivenPassword = ({ argv }: SeenProcess): boolean =>
  /binhost-coordinator\.js (?:serve|builder|publisher) /.test(argv);

describe('after a whole run', () => {
  test('the secrets are known: of the token, the person, the node, TLS, the signing key and the database', () => {
    expect(secrets.size).toBeGreaterThanOrEqual(16);
    expect([...secrets.values()].filter((secret) => secret.length < 20)).toEqual([]);
  });

  test('no log of any program holds a secret', async () => {
    const logs = new Map(
      [...(await filesBelow(base))].filter(([path]) => path.includes('/logs/') || path.endsWith('.log')),
    );
    for (const name of ['coordinator.log', 'agent.log']) expect([...logs.keys()].join()).toContain(name);
    expect(
      [...logs.keys()].some((path) => path.includes('/logs/')),
      'there is a log of a build',
    ).toBe(true);
    expect(found(logs)).toEqual([]);
  });

  test('no process was started with a secret in its arguments or environment', () => {
    const programs = ['bin/emerge', 'bin/portageq', 'bin/gpg', 'bin/gpkg-sign', 'builder', 'publisher', 'postgres'];
    const names = processes.map(({ argv }) => argv).join('\n');
    for (const name of programs) expect(names).toContain(name);
    const judged = processes.filter((each) => !isJoin(each));
    expect(found(judged.map(({ argv }) => [argv, argv]))).toEqual([]);
    const others = judged.filter((each) => !isGivenPassword(each));
    expect(found(others.map(({ argv, environment }) => [argv, environment]))).toEqual([]);
  });

  test('no command prints a secret with --json', () => {
    expect(answers.size).toBeGreaterThan(COORDINATOR_COMMANDS.length + AGENT_COMMANDS.length);
    expect([...answers].filter(([, text]) => text.trim() === '').map(([command]) => command)).toEqual([]);
    expect(found(answers)).toEqual([]);
  });
});
