import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@binhost/shared/time';
import { captureLog, makeHello, makeTemporaryDirectory, type TemporaryDirectory, waitFor } from '@binhost/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runChildProgram } from '../../src/cli/run-child-program.ts';
import { ingestHello } from '../../src/ingest/ingest-hello.ts';
import { markConnected } from '../../src/ingest/mark-connection.ts';
import { loadNodes } from '../../src/status/status-store.ts';
import { buildProgram, type Program, type RunningProgram } from './build-program.ts';
import { makeTestDatabase, type TestDatabase } from './test-database.ts';

let program: Program;
beforeAll(async () => {
  program = await buildProgram();
});
afterAll(() => program.remove());

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await makeTemporaryDirectory();
});
afterEach(() => directory.remove());

const settings = (databaseUrl: string): Record<string, string> => ({
  DATABASE_URL: databaseUrl,
  BINHOST_COORDINATOR_PATHS_STATE: join(directory.path, 's'),
  BINHOST_COORDINATOR_PATHS_PACKAGES: join(directory.path, 'p'),
  BINHOST_COORDINATOR_PATHS_LOGS: join(directory.path, 'l'),
  BINHOST_COORDINATOR_PATHS_RUN: join(directory.path, 'r'),
  BINHOST_COORDINATOR_PACKAGES_LISTEN: '127.0.0.1:0',
  BINHOST_COORDINATOR_CONTROL_LISTEN: '127.0.0.1:0',
});

describe('serve', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await makeTestDatabase();
  });
  afterEach(() => database.drop());

  const statusCode = async () => (await program.run(['status'], settings(database.url))).exitCode;

  async function startServe(): Promise<RunningProgram> {
    const serve = program.start(['serve'], settings(database.url));
    await waitFor(() => serve.log().includes('"coordinator ready"'), { what: 'serve to be ready' });
    return serve;
  }

  test.each(['SIGTERM', 'SIGINT'] as const)('stops in order at %s, and its sockets are gone', async (signal) => {
    const serve = await startServe();
    expect(await statusCode()).toBe(0);
    serve.kill(signal);
    const { exitCode, stderr } = await serve.ended;
    expect(exitCode).toBe(0);
    expect(stderr).toContain('"coordinator stopped"');
    expect(await statusCode()).toBe(3);
  });

  test('warns whoever lets root serve the network, and says what to do instead', async () => {
    const serve = await startServe();
    const isRoot = process.getuid?.() === 0;
    expect(serve.log().includes('"serving the network as root"')).toBe(isRoot);
    expect(serve.log().includes('as packaging/openrc does')).toBe(isRoot);
    serve.kill('SIGTERM');
    await serve.ended;
  });

  test('starts again after it was killed, over the sockets that it left', async () => {
    const killed = await startServe();
    killed.kill('SIGKILL');
    await killed.ended;
    const serve = await startServe();
    expect(await statusCode()).toBe(0);
    serve.kill('SIGTERM');
    expect((await serve.ended).exitCode).toBe(0);
  });

  test('does not take the sockets of one that runs, and leaves its nodes online', async () => {
    const first = await startServe();
    const { db } = database.open;
    const { node } = await ingestHello(db, makeHello(), Date.now());
    await markConnected(db, node.id, Date.now());
    const second = await program.run(['serve'], settings(database.url));
    expect(second.exitCode).toBe(1);
    expect(second.stderr).toMatch(/binhost-coordinator: expected to listen on .*another coordinator answers there/);
    expect((await loadNodes(db))[0]?.connectedAt).toBeInstanceOf(Date);
    expect(await statusCode()).toBe(0);
    first.kill('SIGTERM');
    await first.ended;
  });
});

describe('a child of serve --all', () => {
  test.each(['builder', 'publisher'])('%s ends when its parent is gone, however it went', async (command) => {
    const anyProgram = {
      BINHOST_COORDINATOR_BUILD_MODE: 'host',
      BINHOST_COORDINATOR_PORTAGE_EMERGE: process.execPath,
      BINHOST_COORDINATOR_PORTAGE_PORTAGEQ: process.execPath,
      BINHOST_COORDINATOR_PORTAGE_GPKG_SIGN: process.execPath,
      BINHOST_COORDINATOR_PORTAGE_GPG: process.execPath,
    };
    const nowhere = 'postgres://binhost@127.0.0.1:1/binhost';
    const child = program.start([command, '--parent-pipe'], { ...settings(nowhere), ...anyProgram });
    await waitFor(() => child.log().includes('waiting for database'), { what: 'the child to wait' });
    child.closeInput();
    expect((await child.ended).exitCode).toBe(0);
  });

  test('is started again when it dies, and stopped by the signal', async () => {
    const file = join(directory.path, 'starts');
    const script = `
      require('node:fs').appendFileSync(${JSON.stringify(file)}, process.pid + '\\n');
      process.on('SIGTERM', () => process.exit(0));
      process.stdin.on('end', () => process.exit(0)).resume();`;
    const starts = async () =>
      (await readFile(file, 'utf8').catch(() => '')).trim().split('\n').filter(Boolean).map(Number);
    const stop = new AbortController();
    const { log, lines } = captureLog();
    const ended = runChildProgram({
      name: 'worker',
      command: [process.execPath, '-e', script],
      clock: { ...systemClock, sleep: (_ms, signal) => systemClock.sleep(1, signal) },
      log,
      signal: stop.signal,
      random: () => 0,
    });
    const [first = 0] = await waitFor(async () => ((await starts()).length === 1 ? starts() : undefined), {
      what: 'the child',
    });
    process.kill(first, 'SIGKILL');
    const [, second = 0] = await waitFor(async () => ((await starts()).length === 2 ? starts() : undefined), {
      what: 'the child to be started again',
    });
    expect(lines.find(({ msg }) => msg === 'child process died, starting it again')).toMatchObject({
      child: 'worker',
      signal: 'SIGKILL',
    });
    stop.abort();
    await ended;
    expect(() => process.kill(second, 0)).toThrow('ESRCH');
  });
});
