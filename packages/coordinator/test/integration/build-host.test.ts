import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '@binhost/shared/time';
import { captureLog, makeTemporaryDirectory, type TemporaryDirectory, waitFor } from '@binhost/testkit';
import { eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { logFile } from '../../src/build/build-log.ts';
import { runBuilder } from '../../src/build/builder.ts';
import { keepLease } from '../../src/build/lease-keeper.ts';
import { readProcessStat } from '../../src/build/process-owner.ts';
import { sweepWorkDirectories } from '../../src/build/sweep-work-directories.ts';
import { type CoordinatorConfig, coordinatorConfig } from '../../src/config/coordinator-config.ts';
import { openDatabase } from '../../src/db/open-database.ts';
import { enqueueBuild, moveBuild, type NewBuild } from '../../src/queue/build-store.ts';
import { builds } from '../../src/queue/build-tables.ts';
import { makeTestDatabase, type TestDatabase } from './test-database.ts';

let database: TestDatabase;
let directory: TemporaryDirectory;
let config: CoordinatorConfig;
let stop: AbortController;
let running: Promise<void>;
let builder: ChildProcess | undefined;

beforeAll(async () => {
  database = await makeTestDatabase();
});
afterAll(() => database.drop());

beforeEach(async () => {
  directory = await makeTemporaryDirectory();
  config = coordinatorConfig.parse(settings({}));
  mkdirSync(join(directory.path, 'host/etc/portage'), { recursive: true });
  writeFileSync(join(directory.path, 'host/etc/portage/package.use'), '*/* ssl\n');
  install('dev-libs/libfoo-1.0', '0/1');
  stop = new AbortController();
  running = Promise.resolve();
});
afterEach(async () => {
  stop.abort();
  builder?.kill('SIGKILL');
  await running;
  await database.open.db.execute(sql`truncate builds, attempts, builders cascade`);
  await directory.remove();
});

function settings(build: object) {
  const at = (name: string): string => join(directory.path, name);
  return {
    paths: { state: at('state'), packages: at('packages'), logs: at('logs'), run: at('run') },
    portage: { emerge: [process.execPath, join(import.meta.dirname, '../fixtures/fake-emerge.mjs')], root: at('host') },
    build: { mode: 'host', workDir: at('work'), lease: '600ms', nice: 0, retryPause: '1h', ...build },
  };
}

function install(cpv: string, slot: string): void {
  const path = join(directory.path, 'host/var/db/pkg', cpv);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'SLOT'), `${slot}\n`);
}

function startBuilder(): void {
  const { log } = captureLog();
  running = runBuilder({ open: database.open, config, clock: systemClock, log, signal: stop.signal });
}

async function enqueue(cpv: string, overrides: Partial<NewBuild> = {}): Promise<number> {
  const build: NewBuild = {
    variantKey: cpv,
    pool: 'default',
    cpv,
    slot: '0',
    subslot: '0',
    repository: 'test',
    useEnabled: ['ssl'],
    useDisabled: [],
    bindings: [],
    face: [],
    needs: [],
    priority: 0,
    reason: 'wanted',
    ...overrides,
  };
  return (await enqueueBuild(database.open.db, build)).buildId;
}

async function buildRow(buildId: number) {
  const [row] = await database.open.db.select().from(builds).where(eq(builds.id, buildId));
  if (!row) throw new Error(`no build ${buildId}`);
  return row;
}

const inState = (buildId: number, state: string) =>
  waitFor(async () => (await buildRow(buildId)).state === state, { what: `build ${buildId} to be ${state}` });

const namesIn = (name: string): string[] => {
  try {
    return readdirSync(join(directory.path, name));
  } catch {
    return [];
  }
};

/** The processes of the one build that hangs: emerge and its child. */
async function hangingProcesses(): Promise<number[]> {
  const attempt = await waitFor(() => namesIn('work')[0], { what: 'a work directory' });
  const file = join(directory.path, 'work', attempt, 'tmp/pids');
  const text = await waitFor(() => readFileSync(file, 'utf8'), { what: 'emerge to start its child' });
  return text.trim().split(' ').map(Number);
}

async function areGone(pids: number[]): Promise<boolean> {
  const stats = await Promise.all(pids.map(readProcessStat));
  return stats.every((stat) => stat === undefined || stat.isZombie);
}

describe('a builder in host mode', () => {
  it('hands the package over and leaves only that and the log', async () => {
    const buildId = await enqueue('app-misc/good-1');
    startBuilder();
    await inState(buildId, 'built');
    const [attempt] = namesIn('state/staging');
    expect(namesIn(`state/staging/${attempt}/app-misc/good`)).toEqual(['good-1-1.gpkg.tar']);
    expect(namesIn('state/staging')).toEqual([attempt]);
    expect(namesIn('work')).toEqual([]);
    expect(readFileSync(logFile(config, `${attempt}.log`), 'utf8')).toMatch(
      /Emerging \(1 of 1\)[^]*>>> binhost: built\n$/,
    );
  });

  it("leaves the host's own configuration as it was", async () => {
    const buildId = await enqueue('app-misc/good-1');
    startBuilder();
    await inState(buildId, 'built');
    expect(namesIn('host/etc/portage')).toEqual(['package.use']);
    expect(readFileSync(join(directory.path, 'host/etc/portage/package.use'), 'utf8')).toBe('*/* ssl\n');
  });

  it('builds where the configuration holds a keyring in use', async () => {
    mkdirSync(join(directory.path, 'host/etc/portage/gnupg'), { mode: 0o000 });
    const socket = createServer().listen(join(directory.path, 'host/etc/portage/S.agent'));
    await once(socket, 'listening');
    const buildId = await enqueue('app-misc/good-1');
    startBuilder();
    await inState(buildId, 'built');
    socket.close();
    chmodSync(join(directory.path, 'host/etc/portage/gnupg'), 0o755);
  });

  it('sees at once when the pause of a build has passed', async () => {
    const buildId = await enqueue('app-misc/good-1');
    const later = sql`now() + interval '1500 milliseconds'`;
    await database.open.db.update(builds).set({ notBefore: later }).where(eq(builds.id, buildId));
    startBuilder();
    await inState(buildId, 'built');
  });

  it('books a failing compile on the package, with its phase', async () => {
    const buildId = await enqueue('app-misc/broken-1');
    startBuilder();
    await inState(buildId, 'failed');
    expect(await buildRow(buildId)).toMatchObject({
      failureKind: 'package',
      reason: 'app-misc/broken-1 failed in phase compile: it never compiles',
    });
    expect(namesIn('state/staging')).toEqual([]);
  });

  it('says that a binding which the host does not have needs overlay mode', async () => {
    const libfoo = { cp: 'dev-libs/libfoo', slot: '0', subslot: '2', cpv: 'dev-libs/libfoo-2.0', repository: null };
    const buildId = await enqueue('app-misc/good-1', { bindings: [{ ...libfoo, useEnabled: [] }] });
    startBuilder();
    await inState(buildId, 'failed');
    expect(await buildRow(buildId)).toMatchObject({
      failureKind: 'config',
      reason:
        'needs overlay mode: app-misc/good-1 must be bound to dev-libs/libfoo:0/2, the binhost has dev-libs/libfoo-1.0',
    });
  });

  it('takes an emerge that made no package for a fault of ours, and tries again later', async () => {
    const buildId = await enqueue('app-misc/nothing-made-1');
    startBuilder();
    const text = 'emerge ended well but left no package of app-misc/nothing-made-1';
    await waitFor(async () => (await buildRow(buildId)).reason.includes(text), { what: 'the build to be tried again' });
    expect(await buildRow(buildId)).toMatchObject({ state: 'queued', failureKind: null });
  });

  it('repeats a build during which something was installed', async () => {
    const buildId = await enqueue('app-misc/patient-1');
    startBuilder();
    const attempt = await waitFor(() => namesIn('work')[0], { what: 'a work directory' });
    const log = logFile(config, `${attempt}.log`);
    await waitFor(() => readFileSync(log, 'utf8').includes('Compiling'), { what: 'emerge to run' });
    install('dev-libs/other-1', '0');
    writeFileSync(join(directory.path, 'work', attempt, 'tmp/go'), '');
    const text = 'the package database changed during the build';
    await waitFor(async () => (await buildRow(buildId)).reason.includes(text), { what: 'the build to be tried again' });
    expect(namesIn('state/staging')).toEqual([]);
  });

  it('ends a build that takes longer than its limit', async () => {
    config = coordinatorConfig.parse(settings({ timeLimit: '700ms' }));
    const buildId = await enqueue('app-misc/slow-1');
    startBuilder();
    const pids = await hangingProcesses();
    await inState(buildId, 'failed');
    expect((await buildRow(buildId)).reason).toBe('app-misc/slow-1 took longer than build.timeLimit');
    expect(await areGone(pids)).toBe(true);
  });
});

describe('a build that must end', () => {
  it('dies with all its processes when its lease is lost', async () => {
    await enqueue('app-misc/slow-1');
    startBuilder();
    const pids = await hangingProcesses();
    await database.open.db.execute(sql`update attempts set lease_token = gen_random_uuid()`);
    await waitFor(() => areGone(pids), { what: 'the processes to end' });
    await waitFor(() => namesIn('work').length === 0, { what: 'the work directory to be removed' });
  });

  it('ends when the database was away for longer than the lease', async () => {
    const away = await openDatabase({
      config,
      databaseUrl: database.url,
      log: captureLog().log,
      clock: systemClock,
      startCluster: false,
    });
    await away.close();
    const lease = { attemptId: 1, buildId: 1, leaseToken: '00000000-0000-4000-8000-000000000000' };
    const keeper = keepLease({ db: away.db, lease, leaseMs: 300, clock: systemClock, log: captureLog().log });
    await waitFor(() => keeper.lost.aborted, { what: 'the lease to be given up' });
    expect(keeper.lost.reason).toBe('database-away');
    await keeper.stop();
  });

  it('dies at once when it is cancelled', async () => {
    config = coordinatorConfig.parse(settings({ lease: '1h' }));
    const buildId = await enqueue('app-misc/slow-1');
    startBuilder();
    const pids = await hangingProcesses();
    await moveBuild(database.open.db, { buildId, event: 'cancel', reason: 'nobody wants it' });
    await waitFor(() => areGone(pids), { what: 'the processes to end' });
  });

  it('is handed back when the builder is asked to stop', async () => {
    const buildId = await enqueue('app-misc/slow-1');
    startBuilder();
    const pids = await hangingProcesses();
    stop.abort();
    await running;
    expect(await areGone(pids)).toBe(true);
    expect(await buildRow(buildId)).toMatchObject({
      state: 'queued',
      reason: 'tried again after: the builder was stopped',
    });
    expect(namesIn('work')).toEqual([]);
  });
});

describe('a builder that was killed', () => {
  it('leaves nothing once the next one has swept', async () => {
    await enqueue('app-misc/slow-1');
    const program = join(import.meta.dirname, '../fixtures/run-builder.ts');
    const args = ['--import', 'tsx', program, database.url, JSON.stringify(settings({}))];
    builder = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const pids = await hangingProcesses();
    const { log } = captureLog();
    await sweepWorkDirectories({ config, clock: systemClock, log });
    expect(await areGone(pids)).toBe(false);
    builder.kill('SIGKILL');
    await waitFor(() => builder?.signalCode === 'SIGKILL', { what: 'the builder to die' });
    await sweepWorkDirectories({ config, clock: systemClock, log });
    expect(await areGone(pids)).toBe(true);
    expect([namesIn('work'), namesIn('state/staging')]).toEqual([[], []]);
  });

  it('takes away what was being copied by an attempt that is no more, and only that', async () => {
    for (const name of ['.incoming-7', '.incoming-8', '.work-8'])
      mkdirSync(join(directory.path, 'state/staging', name), { recursive: true });
    const { log } = captureLog();
    await sweepWorkDirectories({ config, clock: systemClock, log });
    expect(namesIn('state/staging').sort()).toEqual(['.incoming-8', '.work-8']);
  });

  it('does not take a directory that names no owner for one of ours', async () => {
    mkdirSync(join(directory.path, 'work/mine'), { recursive: true });
    const { log } = captureLog();
    await sweepWorkDirectories({ config, clock: systemClock, log });
    expect(namesIn('work')).toEqual(['mine']);
  });
});
