import { access, readFile, stat } from 'node:fs/promises';
import { waitFor } from '@binhost/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { installOpenrc } from '../openrc/install-openrc.ts';
import { appendConf, installServices, LONG_BUILD, SERVICES, type ServiceName } from '../openrc/install-services.ts';
import { openSeparateRoot, type SeparateRoot } from '../openrc/openrc-root.ts';
import { openrcService, processes, type RootProcess } from '../openrc/openrc-service.ts';
import { missingForOpenrc } from '../openrc/requirements.ts';
import { requestSocket } from '../support/request-socket.ts';
import type { AgentStatusView } from '../support/views.ts';

/** The part of the coordinator's status that is asked here. */
interface StatusView {
  nodes: { online: number };
  builders: { alive: boolean; seenAtMs: number }[];
  publishing: string[];
}

const missing = missingForOpenrc();
let root: SeparateRoot;

beforeAll(async () => {
  if (missing) return;
  root = await openSeparateRoot();
  await installOpenrc(root);
  await installServices(root);
});
afterAll(() => root?.close());
beforeEach((context) => {
  if (missing) context.skip(missing);
});

const coordinatorStatus = () =>
  requestSocket<StatusView>(root.outside('/run/binhost-coordinator/view.sock'), '/api/status');
const agentStatus = () => requestSocket<AgentStatusView>(root.outside('/run/binhost-agent/status.sock'), '/status');

/** How each service shows that it works, not only runs. @param sinceMs it has shown this after then */
const works: Record<ServiceName, (sinceMs: number) => Promise<boolean>> = {
  'binhost-coordinator': async () => (await coordinatorStatus()).builders.length >= 0,
  'binhost-builder': async (sinceMs) =>
    (await coordinatorStatus()).builders.some(({ alive, seenAtMs }) => alive && seenAtMs > sinceMs),
  'binhost-publisher': async () => (await coordinatorStatus()).publishing.includes('default'),
  'binhost-agent': async () => (await agentStatus()).link.state === 'online',
};

const LOGS: Record<ServiceName, string> = {
  'binhost-coordinator': '/var/log/binhost-coordinator/serve.log',
  'binhost-builder': '/var/log/binhost-coordinator/builder.log',
  'binhost-publisher': '/var/log/binhost-coordinator/publisher.log',
  'binhost-agent': '/var/log/binhost-agent.log',
};
const service = (name: ServiceName) => openrcService(root, name, LOGS[name]);

async function untilWorks(name: ServiceName, sinceMs = 0): Promise<void> {
  await waitFor(() => works[name](sinceMs).catch(() => false), { timeoutMs: 20_000, what: `${name} to work` }).catch(
    async (cause: unknown) => {
      throw new Error(`${name} does not work; its log:\n${await service(name).log()}`, { cause });
    },
  );
}

async function expectRc(name: ServiceName, command: string, exitCode: number, output: RegExp): Promise<void> {
  const run = await service(name).rc(command);
  expect(run.output).toMatch(output);
  expect(run.exitCode).toBe(exitCode);
}

async function mainProcess(name: ServiceName): Promise<RootProcess | undefined> {
  const pid = await service(name).mainPid();
  return (await processes(root)).find((each) => each.pid === pid);
}

/** Inodes of the sockets on which a service's main process waits for connections. */
async function listeningSockets(name: ServiceName): Promise<string[]> {
  const directory = `/proc/${await service(name).mainPid()}`;
  const own = [...(await root.must(['ls', '-l', `${directory}/fd`])).matchAll(/socket:\[(\d+)\]/g)].map(
    ([, inode]) => inode,
  );
  const rows = async (table: string) => (await root.must(['cat', `${directory}/net/${table}`])).split('\n').slice(1);
  const tcp = [...(await rows('tcp')), ...(await rows('tcp6'))].map((line) => line.trim().split(/\s+/));
  const unix = (await rows('unix')).map((line) => line.trim().split(/\s+/));
  const listening = [
    ...tcp.filter(([, , , state]) => state === '0A').map((fields) => fields[9]),
    ...unix.filter(([, , , flags]) => flags === '00010000').map((fields) => fields[6]),
  ];
  return listening.filter((inode) => inode !== undefined && own.includes(inode)) as string[];
}

const uidOf = async (user: string): Promise<number> => Number(await root.must(['id', '-u', user]));
const gidOf = async (user: string): Promise<number> => Number(await root.must(['id', '-g', user]));
const longBuilds = async () => (await processes(root)).filter(({ command }) => command.includes(LONG_BUILD));
const untilLongBuildRuns = () =>
  waitFor(async () => (await longBuilds()).length > 0, { timeoutMs: 20_000, what: `${LONG_BUILD} to be built` });
const exists = (path: string) =>
  access(root.outside(path)).then(
    () => true,
    () => false,
  );

describe('the four services under real OpenRC', () => {
  test('can be added to a runlevel', async () => {
    for (const name of SERVICES) {
      expect((await stat(root.outside(`/etc/init.d/${name}`))).mode & 0o777).toBe(0o755);
      await root.must(['rc-update', 'add', name, 'default']);
      await expectRc(name, 'status', 3, /status: stopped/);
    }
  });

  test('start in the order of their needs: the builder brings the coordinator', async () => {
    await appendConf(root, 'binhost-agent', 'export BINHOST_AGENT_NODE_NAME="named-in-conf-d"');
    await appendConf(root, 'binhost-agent', 'SERVICE_ARGS="--config /etc/binhost-agent/agent.toml"');
    for (const name of ['binhost-builder', 'binhost-publisher', 'binhost-agent'] as const)
      await expectRc(name, 'start', 0, /Starting binhost \w+/);
    for (const name of SERVICES) await expectRc(name, 'status', 0, /status: started/);
  });

  test('join by one pasted line, after which the agent is started again', async () => {
    const create = ['binhost-coordinator', 'token', 'create', '--name', 'named-in-conf-d'];
    for (const name of ['binhost-coordinator', 'binhost-publisher'] as const) await untilWorks(name);
    const pool = '/var/cache/binhost-coordinator/packages/default';
    const isServed = async () => (await exists(`${pool}/Packages`)) && (await exists(`${pool}/probe`));
    await waitFor(isServed, { timeoutMs: 20_000, what: 'the first index and the probe' });
    const line = (await root.must(create)).split('\n').find((each) => each.startsWith('binhost-agent join '));
    const printed = await root.must([...(line ?? '').trim().split(' '), '--yes', '--skip', 'service']);
    expect(printed).toContain('proven a signed package of the binhost was fetched and verified');
    await expectRc('binhost-agent', 'restart', 0, /Starting binhost agent/);
  });

  test('work: coordinator and agent answer, the builder is registered, the publisher holds its pool', async () => {
    for (const name of SERVICES) await untilWorks(name);
    expect((await agentStatus()).node).toBe('named-in-conf-d');
    expect((await mainProcess('binhost-agent'))?.command).toMatch(/ run --config \S+agent.toml$/);
    expect(JSON.parse(await root.must(['binhost-coordinator', 'status', '--json']))).toMatchObject({
      nodes: { online: 1 },
      publishing: ['default'],
    });
  });

  test.each([
    ['binhost-coordinator', 'binhost', 'binhost'],
    ['binhost-builder', 'root', 'root'],
    ['binhost-publisher', 'binhost-publish', 'binhost'],
    ['binhost-agent', 'root', 'root'],
  ] as const)('%s runs as %s, group %s', async (name, user, group) => {
    expect(await mainProcess(name)).toMatchObject({ uid: await uidOf(user), gid: await gidOf(group) });
  });

  test.each(['binhost-coordinator', 'binhost-publisher'] as const)(
    '%s has no capabilities and can get none, nor can a program that it starts',
    async (name) => {
      const status = await root.must(['cat', `/proc/${await service(name).mainPid()}/status`]);
      const field = (key: string) => new RegExp(`^${key}:\\t(.*)$`, 'm').exec(status)?.[1];
      for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) expect(field(set), set).toBe('0'.repeat(16));
      expect(field('NoNewPrivs')).toBe('1');
      expect(field('Umask')).toBe('0027');
    },
  );

  test.each(['binhost-builder', 'binhost-publisher'] as const)(
    '%s listens nowhere, neither on the network nor on a socket of a file',
    async (name) => {
      expect(await listeningSockets(name)).toEqual([]);
      // So that the question can have another answer.
      expect(await listeningSockets('binhost-coordinator')).not.toEqual([]);
    },
  );

  test('serve the whole loop, after `rc-service binhost-agent look`', async () => {
    const before = (await agentStatus()).lastLook?.number ?? 0;
    await expectRc('binhost-agent', 'look', 0, /Asking the binhost agent to look/);
    const hello = async () => (await agentStatus()).wishes?.list.find(({ cpv }) => cpv === 'app-misc/hello-2.12');
    await waitFor(async () => (await hello())?.state === 'ready', { timeoutMs: 30_000, what: 'hello to be ready' });
    const looked = async () => ((await agentStatus()).lastLook?.number ?? 0) > before;
    await waitFor(looked, { what: 'the look that was asked for' });
  });

  test.each([
    ["read the publisher's keys", 'ls /var/lib/binhost-coordinator/gnupg'],
    ["move the publisher's keys away", 'mv /var/lib/binhost-coordinator/gnupg /var/lib/binhost-coordinator/other'],
    ['change what is published', 'touch /var/cache/binhost-coordinator/packages/default/Packages'],
    ['put a link where root writes a log', 'ln -s /etc/passwd /var/log/binhost-coordinator/builds/99.log'],
    ['look into a build', 'ls /var/tmp/binhost-builder'],
  ])("the coordinator's user can't %s", async (_what, command) => {
    const asBinhost = ['setpriv', '--reuid', 'binhost', '--regid', 'binhost', '--clear-groups', 'sh', '-c', command];
    const run = await root.run(asBinhost);
    expect(run.output).toMatch(/Permission denied|Operation not permitted/);
    expect(run.exitCode).not.toBe(0);
  });

  test.each(SERVICES)('%s killed is started again after its delay, and works', async (name) => {
    await untilLongBuildRuns();
    const killed = await service(name).mainPid();
    const killedAtMs = Date.now();
    await root.must(['sh', '-c', `kill -KILL ${killed}`]);
    const again = async () => {
      const pid = await service(name).mainPid();
      return pid !== killed && pid;
    };
    // SERVICE_RESPAWN_DELAY in conf.d says one second instead of five
    await waitFor(again, { timeoutMs: 4000, what: `${name} to be started again` });
    await untilWorks(name, killedAtMs);
    await expectRc(name, 'status', 0, /status: started/);
    // Its successor has ended what a killed builder had left to process 1
    expect((await longBuilds()).filter(({ parent }) => parent === 1)).toEqual([]);
  });

  test.each([
    ['binhost-agent', ['/run/binhost-agent/status.sock', '/run/binhost-agent/control.sock'], 35],
    ['binhost-publisher', [], 65],
    ['binhost-builder', [], 100],
  ] as const)('%s stops with all that it started, and starts again', async (name, sockets, limitSeconds) => {
    await untilLongBuildRuns();
    const startedMs = performance.now();
    await expectRc(name, 'stop', 0, /Stopping binhost \w+/);
    expect(performance.now() - startedMs).toBeLessThan(limitSeconds * 1000);
    await expectRc(name, 'status', 3, /status: stopped/);
    expect(await service(name).mainPid()).toBeUndefined();
    for (const path of [...sockets, `/run/${name}.pid`]) expect(await exists(path), path).toBe(false);
    if (name === 'binhost-builder') expect(await longBuilds()).toEqual([]);
    const againAtMs = Date.now();
    await expectRc(name, 'start', 0, /Starting binhost \w+/);
    await untilWorks(name, againAtMs);
  });

  test('a service whose supervisor was killed is unsupervised until a restart, which ends the old program', async () => {
    const old = await service('binhost-agent').mainPid();
    const supervisor = await readFile(root.outside('/run/binhost-agent.pid'), 'utf8');
    await root.must(['sh', '-c', `kill -KILL ${supervisor}`]);
    await expectRc('binhost-agent', 'status', 64, /status: unsupervised/);
    await expectRc('binhost-agent', 'restart', 0, /whose supervisor was killed/);
    await untilWorks('binhost-agent');
    expect((await processes(root)).map(({ pid }) => pid)).not.toContain(old);
  });

  test('a program that does not listen any more is killed at the limit of conf.d', async () => {
    await appendConf(root, 'binhost-agent', 'SERVICE_STOP="TERM/1/KILL/5"');
    await expectRc('binhost-agent', 'restart', 0, /Starting binhost agent/);
    await untilWorks('binhost-agent');
    await root.must(['sh', '-c', `kill -STOP ${await service('binhost-agent').mainPid()}`]);
    const startedMs = performance.now();
    await expectRc('binhost-agent', 'stop', 0, /Stopping binhost agent/);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    expect(await service('binhost-agent').mainPid()).toBeUndefined();
  });

  test('the socket that a killed agent left does not hinder the next', async () => {
    expect(await exists('/run/binhost-agent/status.sock')).toBe(true);
    await expectRc('binhost-agent', 'start', 0, /Starting binhost agent/);
    await untilWorks('binhost-agent');
  });

  test('an exported name that is no key is refused in words', async () => {
    await expectRc('binhost-agent', 'stop', 0, /Stopping/);
    await appendConf(root, 'binhost-agent', 'export BINHOST_AGENT_NODE_NAMES="x"');
    await expectRc('binhost-agent', 'start', 0, /Starting/);
    const log = () => readFile(root.outside(LOGS['binhost-agent']), 'utf8');
    await waitFor(async () => /BINHOST_AGENT_NODE_NAMES.*BINHOST_AGENT_NODE_NAME\b/s.test(await log()), {
      timeoutMs: 5000,
      what: 'the refusal in the log',
    });
    await expectRc('binhost-agent', 'stop', 0, /Stopping/);
  });

  test('the coordinator stops after those that need it, and nothing is left running', async () => {
    await expectRc('binhost-coordinator', 'stop', 0, /Stopping binhost coordinator/);
    for (const name of SERVICES) await expectRc(name, 'status', 3, /status: stopped/);
    expect((await processes(root)).map(({ command }) => command)).toEqual(['sh -c cat; exit 0', 'cat']);
    for (const name of ['view.sock', 'admin.sock'])
      expect(await exists(`/run/binhost-coordinator/${name}`)).toBe(false);
  });
});
